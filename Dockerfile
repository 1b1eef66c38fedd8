# One image for every process of netboard: web, control, recorder, agent. Any image of Debian or Ubuntu with Python ≥ 3.11 can be the base.
ARG BASE=python:3.12-slim-bookworm
FROM ${BASE}

ENV PYTHONUNBUFFERED=1 NETBOARD_LOG_FORMAT=json NETBOARD_DATA=/var/lib/netboard

WORKDIR /srv/netboard
COPY . .

# Packages come from the hashed locks; what only building needs does not stay.
RUN python3 manage.py setup \
    && .venv/bin/python -m compileall -q netboard .venv/lib \
    && rm -rf node_modules .venv/tools /root/.cache /root/.npm \
    && mkdir -p /var/lib/netboard \
    && chown 65534:65534 /var/lib/netboard \
    && chmod 700 /var/lib/netboard

# Nobody. Only the agent runs as root (see docker-compose.yml).
USER 65534:65534
VOLUME /var/lib/netboard
EXPOSE 8000
ENTRYPOINT ["python3", "manage.py"]
CMD ["web"]
