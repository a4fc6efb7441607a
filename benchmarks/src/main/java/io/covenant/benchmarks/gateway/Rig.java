package io.covenant.benchmarks.gateway;

import io.covenant.benchmarks.http.HttpLoad;
import io.covenant.benchmarks.http.InstantBackend;
import io.covenant.benchmarks.http.Loop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;

/// What is the same for all proxies: the request, the load, two backends, and the issuer of the token.
final class Rig implements AutoCloseable {

    static final String PATH = "/api/v1/orders/01920000-0000-7000-8000-000000000001";

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Loop loop = new Loop();
    private final List<InstantBackend> backends = List.of(InstantBackend.start(loop), InstantBackend.start(loop));
    private final Issuer issuer;
    private final String token;

    private Rig(Issuer issuer) throws GeneralSecurityException {
        this.issuer = issuer;
        this.token = issuer.token();
    }

    static Rig start() throws IOException, GeneralSecurityException {
        return new Rig(Issuer.start());
    }

    List<Integer> backends() {
        return backends.stream().map(InstantBackend::port).toList();
    }

    Issuer issuer() {
        return issuer;
    }

    String token() {
        return token;
    }

    HttpLoad connect(int port, int connections) throws InterruptedException {
        String request = """
                GET %s HTTP/1.1
                Host: 127.0.0.1:%d
                Accept: application/json
                User-Agent: covenant-benchmarks
                Authorization: Bearer %s

                """.formatted(PATH, port, token).replace("\n", "\r\n");
        return HttpLoad.open(loop, port, request.getBytes(StandardCharsets.US_ASCII), connections, PATIENCE);
    }

    @Override
    public void close() {
        backends.forEach(InstantBackend::close);
        issuer.close();
        loop.close();
    }
}
