"""What passes the devices of this host: read from the kernel, told to whoever watches."""
