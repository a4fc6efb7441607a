package io.covenant.orders.shop;

import io.covenant.coordinator.CoordinatorServiceApplication;
import io.covenant.inventory.InventoryServiceApplication;
import io.covenant.launcher.node.FreePorts;
import io.covenant.launcher.node.Trees;
import io.covenant.orders.OrderServiceApplication;
import io.covenant.security.Scopes;
import io.covenant.testing.LockServiceInstance;
import io.covenant.testing.PostgresInstance;
import io.covenant.testing.TestDatabase;
import io.covenant.testing.TestIssuer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/// A coordinator, inventory and the order service: each a whole service with its own database, in one JVM, that talk
/// HTTP to each other, and to a lock service that is a process of its own.
final class Shop implements AutoCloseable {

    final Service coordinator;
    final Service inventory;
    final Service orders;
    final LockServiceInstance locks = LockServiceInstance.shared();

    /// Of the only member of its group, which is two-phase commit by another way: all that services have to do is the
    /// same with three.
    private final Path acceptor = temporary();

    /// What a coordinator does not have on its own class path, and what it excludes by itself.
    private static final String NOTHING_FOR_COORDINATORS = "--spring.autoconfigure.exclude="
            + String.join(
                    ",",
                    "io.covenant.locks.spring.FencingAutoConfiguration",
                    "io.covenant.transactions.initiator.InitiatorAutoConfiguration",
                    "io.covenant.transactions.participant.ParticipantAutoConfiguration",
                    "io.covenant.web.health.HealthAutoConfiguration",
                    "org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration",
                    "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
                    "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
                    "org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration");

    /// So long that a test sees who waits, and lets them go on.
    private static final String LONG_WAIT_FOR_ROWS = "--covenant.transactions.participant.lock-timeout=5s";

    private Shop(PostgresInstance postgres) {
        coordinator = new Service(
                "coordinator", CoordinatorServiceApplication.class, postgres, List.of(NOTHING_FOR_COORDINATORS));
        inventory = new Service("inventory", InventoryServiceApplication.class, postgres, List.of(LONG_WAIT_FOR_ROWS));
        orders = new Service(
                "orders",
                OrderServiceApplication.class,
                postgres,
                List.of(
                        LONG_WAIT_FOR_ROWS,
                        // However slow this machine is, and the first order is the slowest.
                        "--covenant.locks.client.patience=4s",
                        "--covenant.orders.placement.lock-wait=4s",
                        "--covenant.orders.placement.quote-timeout=20s",
                        "--covenant.orders.placement.deadline=20s"));
        start();
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("covenant-acceptor-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// That of this JVM.
    static Shop shared() {
        return Shared.SHOP;
    }

    private static final class Shared {
        static final Shop SHOP = open();

        private static Shop open() {
            var shop = new Shop(PostgresInstance.shared());
            Runtime.getRuntime().addShutdownHook(new Thread(shop::close, "shop closes"));
            return shop;
        }
    }

    /// Starts what is not running.
    void start() {
        locks.start();
        var topology = new ArrayList<>(services().stream()
                .map(service -> "--covenant.services.%s=%s".formatted(service.name, service.url()))
                .toList());
        topology.add("--covenant.services.locks=" + locks.address());
        topology.add("--covenant.coordinator.paxos.members.coordinator=" + coordinator.url());
        topology.add("--covenant.coordinator.paxos.directory=" + acceptor);
        services().forEach(service -> service.start(topology));
    }

    List<Service> services() {
        return List.of(coordinator, inventory, orders);
    }

    /// The lock service, for an operator.
    RestTestClient locks() {
        return RestTestClient.bindToServer()
                .baseUrl(locks.address().toString())
                .defaultHeader("X-Operator", "shop-tests")
                .build();
    }

    @Override
    public void close() {
        services().forEach(Service::close);
        try {
            Trees.delete(acceptor);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One service of the shop.
    static final class Service implements AutoCloseable {

        private static final String[] CLERK = {
            Scopes.ORDERS_READ,
            Scopes.ORDERS_WRITE,
            Scopes.CUSTOMERS_READ,
            Scopes.CUSTOMERS_WRITE,
            Scopes.STOCK_READ,
            Scopes.STOCK_WRITE,
            Scopes.TRANSACTIONS_READ,
            Scopes.TRANSACTIONS_RUN,
            Scopes.METRICS_READ
        };
        private static final List<String> SERVICE = List.of(
                Scopes.TRANSACTIONS_RUN,
                Scopes.BRANCHES_DRIVE,
                Scopes.BRANCHES_READ,
                Scopes.STOCK_READ,
                Scopes.LOCKS_USE);

        final TestDatabase database;
        private final String name;
        private final Class<?> application;
        private final List<String> special;
        private final int port = FreePorts.one();
        private @Nullable ConfigurableApplicationContext context;

        private Service(String name, Class<?> application, PostgresInstance postgres, List<String> special) {
            this.name = name;
            this.application = application;
            this.special = special;
            this.database = postgres.create(name);
        }

        String url() {
            return "http://127.0.0.1:" + port;
        }

        RestTestClient http() {
            return http(TestIssuer.shared().token(CLERK));
        }

        /// As whoever has this token.
        RestTestClient http(String token) {
            return RestTestClient.bindToServer()
                    .baseUrl(url())
                    .defaultHeader("Authorization", "Bearer " + token)
                    .build();
        }

        /// Whoever this is, without a token.
        RestTestClient stranger() {
            return RestTestClient.bindToServer().baseUrl(url()).build();
        }

        /// Where it is watched, with this token or without any.
        RestTestClient management(String... token) {
            var port = Objects.requireNonNull(context).getEnvironment().getRequiredProperty("local.management.port");
            var client = RestTestClient.bindToServer().baseUrl("http://127.0.0.1:" + port);
            for (var each : token) {
                client.defaultHeader("Authorization", "Bearer " + each);
            }
            return client.build();
        }

        String name() {
            return name;
        }

        /// What this service answers to.
        Set<RequestMappingInfo> mappings() {
            return Objects.requireNonNull(context)
                    .getBeansOfType(RequestMappingInfoHandlerMapping.class)
                    .values()
                    .stream()
                    .flatMap(mapping -> mapping.getHandlerMethods().keySet().stream())
                    .collect(Collectors.toSet());
        }

        private List<String> security() {
            return List.of(
                    "--covenant.security.mode=enforced",
                    "--covenant.security.issuer=" + TestIssuer.shared().uri(),
                    "--covenant.security.client.id=" + name,
                    "--covenant.security.client.secret=secret",
                    "--covenant.security.client.scopes=" + String.join(",", SERVICE));
        }

        void stop() {
            if (context != null) {
                context.close();
                context = null;
            }
        }

        private void start(List<String> topology) {
            if (context != null) {
                return;
            }
            var arguments = new ArrayList<>(topology);
            arguments.addAll(special);
            // All services are on this class path, and each calls its configuration application.yml.
            arguments.add("--spring.config.location=" + home() + "application.yml");
            arguments.add("--server.port=" + port);
            arguments.add("--management.server.port=0");
            arguments.add("--covenant.node=" + name);
            arguments.addAll(security());
            database.springProperties().forEach((key, value) -> arguments.add("--%s=%s".formatted(key, value)));
            context = new SpringApplicationBuilder(application)
                    .registerShutdownHook(false)
                    .run(arguments.toArray(String[]::new));
        }

        private String home() {
            var source = application
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toString();
            return source.endsWith(".jar") ? "jar:" + source + "!/" : source;
        }

        @Override
        public void close() {
            stop();
            database.close();
        }
    }
}
