package io.covenant.locks.spring.names;

import io.covenant.locks.client.LockClient;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.Environment;

/// This application in the registry: from when its server listens until right before that stops to.
final class Registration implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Registration.class);

    private final LockClient client;
    private final RegistryProperties properties;
    private final Environment environment;
    private volatile @Nullable Registrar registrar;

    Registration(LockClient client, RegistryProperties properties, Environment environment) {
        this.client = client;
        this.properties = properties;
        this.environment = environment;
    }

    /// Empty when there is nothing to register.
    Optional<Registrar> registrar() {
        return Optional.ofNullable(registrar);
    }

    @Override
    public void start() {
        var service = properties.service() == null
                ? environment.getProperty("spring.application.name", "application")
                : properties.service();
        var instance = properties.instance() == null
                ? environment.getProperty("covenant.node", service)
                : properties.instance();
        var address = address();
        if (address.isEmpty()) {
            LOG.info("{} has no server, and does not register", instance);
            return;
        }
        var record = new ServiceRecord(
                address.get(),
                properties.weight(),
                properties.zone(),
                UUID.randomUUID().toString());
        registrar = new Registrar(client, service, instance, record, properties.refresh()).start();
    }

    private Optional<URI> address() {
        if (properties.address() != null) {
            return Optional.of(properties.address());
        }
        var port = environment.getProperty("local.server.port", Integer.class);
        return port == null ? Optional.empty() : Optional.of(URI.create(scheme() + "://" + host() + ":" + port));
    }

    private String scheme() {
        boolean secure = environment.containsProperty("server.ssl.bundle")
                || environment.containsProperty("server.ssl.certificate")
                || environment.containsProperty("server.ssl.key-store");
        return secure ? "https" : "http";
    }

    /// Where the server listens; when that is everywhere, this machine's own address.
    private String host() {
        try {
            var listens = environment.getProperty("server.address", "0.0.0.0");
            var address = InetAddress.getByName(listens);
            var shown = address.isAnyLocalAddress() ? InetAddress.getLocalHost().getHostAddress() : listens;
            return shown.contains(":") ? "[" + shown + "]" : shown;
        } catch (UnknownHostException e) {
            throw new IllegalStateException(
                    "this machine does not know its own address; tell it as covenant.registry.address", e);
        }
    }

    @Override
    public void stop() {
        var leaving = registrar;
        registrar = null;
        if (leaving != null) {
            try {
                leaving.leave();
                Thread.sleep(properties.linger());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return registrar != null;
    }

    /// After the server, and before it at the end.
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
