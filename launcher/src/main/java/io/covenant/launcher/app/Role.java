package io.covenant.launcher.app;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What a service is for. All that differs between the services as far as running them is concerned stands here.
public enum Role {
    /// Issues access tokens, for development.
    ISSUER("issuer-service", 91, 1, 96),
    /// Leased locks, sessions and small files, replicated.
    LOCKS("lock-service", 401, 3, 160),
    /// Drives transactions. Its heap has room for a thousand requests that wait.
    COORDINATOR("coordinator-service", 301, 3, 256),
    /// Business service: stock.
    INVENTORY("inventory-service", 201, 2, 192),
    /// Business service: customers' orders.
    ORDERS("order-service", 101, 2, 192),
    /// The one door.
    GATEWAY("gateway", 80, 1, 160);

    private final String module;
    private final int portOffset;
    private final int instances;
    private final int heapMebibytes;

    Role(String module, int portOffset, int instances, int heapMebibytes) {
        this.module = module;
        this.portOffset = portOffset;
        this.instances = instances;
        this.heapMebibytes = heapMebibytes;
    }

    /// The name of the service in contracts and configuration, and of its database.
    public String service() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The Maven module that builds it; its artifact has the same name.
    public String module() {
        return module;
    }

    /// Whether it keeps state in a database of its own.
    public boolean hasDatabase() {
        return switch (this) {
            case COORDINATOR, INVENTORY, ORDERS, GATEWAY -> true;
            case ISSUER, LOCKS -> false;
        };
    }

    /// The flags of its JVM.
    public List<String> flags() {
        return List.of(
                "-Xmx" + heapMebibytes + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED");
    }

    /// How far its first port is from the base of all ports.
    public int portOffset() {
        return portOffset;
    }

    /// How far the first port by which its nodes talk to each other is from the base of all ports; empty when they
    /// do not.
    public OptionalInt peerPortOffset() {
        return switch (this) {
            case LOCKS -> OptionalInt.of(411);
            case ISSUER, COORDINATOR, INVENTORY, ORDERS, GATEWAY -> OptionalInt.empty();
        };
    }

    /// How far the first port at which its nodes show health and metrics is from the base of all ports. The gateway
    /// serves its operators there as well.
    public int managementPortOffset() {
        return switch (this) {
            case GATEWAY -> 90;
            case ISSUER, LOCKS, COORDINATOR, INVENTORY, ORDERS -> portOffset + 50;
        };
    }

    /// The names of its nodes: numbered from 1 where there may be several.
    public Stream<String> nodes(boolean small) {
        return instances == 1
                ? Stream.of(kind())
                : IntStream.rangeClosed(1, small ? 1 : instances).mapToObj(number -> kind() + "-" + number);
    }

    /// What one of its nodes is called.
    private String kind() {
        return switch (this) {
            case LOCKS -> "lock";
            case ISSUER, COORDINATOR, INVENTORY, ORDERS, GATEWAY -> service();
        };
    }
}
