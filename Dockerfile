# Built here from source; runs as nobody, with nothing but the binary and the certificates it trusts. Not run where it was written: see docs/deploying.md.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
# The font of PDF papers: WenQuanYi Micro Hei, Apache-2.0 or GPL-3 with the exception for embedding.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends fonts-wqy-microhei
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=${VERSION}" -o /fengqiao ./cmd/fengqiao \
 && mkdir -p /data && chown 65532:65532 /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /usr/share/fonts/truetype/wqy/wqy-microhei.ttc /usr/share/fonts/truetype/wqy/
COPY --from=build /usr/share/doc/fonts-wqy-microhei/copyright /usr/share/doc/fonts-wqy-microhei/
COPY --from=build /fengqiao /fengqiao
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
VOLUME /data
EXPOSE 8080
# As variables rather than flags, so that every command of the image means this server and this data: docker run … user bootstrap
ENV FENGQIAO_LISTEN=0.0.0.0:8080 FENGQIAO_DATA=/data
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s CMD ["/fengqiao", "health"]
ENTRYPOINT ["/fengqiao"]
CMD ["serve"]
