"""Changes to engines: operations with preview, promise, delivery and outcome; pools; differences; all of it audited."""
