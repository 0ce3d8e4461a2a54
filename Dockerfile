# syntax=docker/dockerfile:1
# Built in one image, shipped in another that holds the program, the roots of trust and nothing to build with.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# Caches outlive the build; the program is copied out of them in the same step.
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin freshet && cp target/release/freshet /freshet

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin freshet \
    && install -d -o freshet -g freshet -m 0700 /data
COPY --from=build /freshet /usr/local/bin/freshet
COPY LICENSE /usr/share/doc/freshet/LICENSE

USER freshet
WORKDIR /data
ENV HOST=0.0.0.0 PORT=3000 FRESHET_DATA_DIR=/data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=6s --start-period=20s --start-interval=1s CMD ["freshet", "healthcheck"]
# The program handles SIGTERM itself (it drains), so it can be the first process.
ENTRYPOINT ["freshet"]
