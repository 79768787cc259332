# syntax=docker/dockerfile:1
# One image for every service; the command chooses: docker run tapeline services/writer/dist/main.js

FROM node:26-slim AS build
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
# The optional packages are compilers, linters and the servers of the embedded stack.
RUN npx tsc -b && npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:26-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app ./
USER node
# OpenTelemetry starts first, and only if OTEL_EXPORTER_OTLP_ENDPOINT says where to send to.
ENTRYPOINT ["node", "--import", "./libs/telemetry/dist/register.js"]
CMD ["services/query-gateway/dist/main.js"]
