# CUDA and CPU:  docker build -t atelier .
# CPU alone:     docker build -t atelier --build-arg TORCH_INDEX=… .
#
# On x86-64 the package index holds torch's CUDA build, which paints on a CPU too but is some gigabytes larger. For a
# small image name an index of CPU builds (pytorch.org, "Get started", shows its address).
FROM python:3.12-slim

ARG TORCH_INDEX=
# Optional extras of pyproject.toml, with commas between them.
ARG EXTRAS=video

WORKDIR /opt/atelier
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY config config
COPY renderer renderer
COPY bot bot
RUN pip install --no-cache-dir ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} --constraint constraints.txt ".[$EXTRAS]"

# The weights are part of the image, so that a container starts without a network.
ENV ATELIER_RENDERER__WEIGHTS_DIR=/opt/atelier/weights
RUN atelier weights

RUN useradd --create-home --uid 10001 atelier && install -d -m 0700 -o atelier /data
USER atelier
WORKDIR /data
ENV ATELIER_DATA_DIR=/data \
    ATELIER_LOG__FORMAT=json \
    PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8080
# /healthz answers 503 while the renderer is down; the Host it is asked by must be one the page is served under.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["atelier"]
CMD ["run"]
