package io.covenant.locks.faults;

import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/// A machine for each node as far as the network goes: a network namespace, and a cable from its only interface to a
/// bridge, by which nodes reach each other and the test reaches them. Takes root and `ip`, from iproute2.
///
/// Their addresses are of the loopback network, which the kernel is told to route: services without tokens
/// listen to no others. What a kernel does to a machine that is cut off happens here: nothing is answered and
/// nothing is refused, segments are sent again later and later, names of neighbours are forgotten.
public final class Machines implements AutoCloseable {

    private static final String NOBODY = "02:00:00:00:00:ff";
    private static final String ROUTED = "echo 1 > /proc/sys/net/ipv4/conf/%s/route_localnet";

    private final String tag = "cv" + ProcessHandle.current().pid() % 100_000;
    private final String bridge = tag + "b";
    private final String network;
    private final Map<String, Integer> numbers = new TreeMap<>();

    private Machines(int network) {
        this.network = "127.231.%d.".formatted(network);
    }

    /// Sets them up.
    ///
    /// @return why they cannot be, if so
    public static Optional<String> reasonAgainst() {
        try (var one = new Machines(1)) {
            one.make(List.of("try"));
            return Optional.empty();
        } catch (IOException denied) {
            return Optional.of("network namespaces cannot be made here: " + denied.getMessage());
        }
    }

    /// With these names.
    public static Machines of(List<String> names) throws IOException {
        var machines = new Machines(1 + (int) (ProcessHandle.current().pid() % 250));
        try {
            machines.make(names);
            return machines;
        } catch (IOException e) {
            machines.close();
            throw e;
        }
    }

    private void make(List<String> names) throws IOException {
        ip("link", "add", bridge, "type", "bridge");
        ip("addr", "add", network + "254/32", "dev", bridge);
        ip("link", "set", bridge, "up");
        run("sh", "-c", ROUTED.formatted(bridge));
        ip("route", "add", network + "0/24", "dev", bridge, "src", network + "254", "table", "local");
        for (var name : names) {
            int number = numbers.size() + 1;
            numbers.put(name, number);
            ip("netns", "add", space(name));
            ip("link", "add", cable(name), "type", "veth", "peer", "name", "eth0", "netns", space(name));
            ip("link", "set", cable(name), "master", bridge, "up");
            in(name, "addr", "add", address(name) + "/32", "dev", "eth0");
            in(name, "link", "set", "eth0", "up");
            in(name, "link", "set", "lo", "up");
            ip("netns", "exec", space(name), "sh", "-c", ROUTED.formatted("eth0"));
            in(name, "route", "add", network + "0/24", "dev", "eth0", "src", address(name), "table", "local");
        }
    }

    public String address(String name) {
        return network + number(name);
    }

    /// What a command begins with that runs there.
    public List<String> enter(String name) {
        return List.of("ip", "netns", "exec", space(name));
    }

    /// Pulls the cable: nobody reaches the machine, and it reaches nobody.
    public void unplug(String name) {
        must("link", "set", cable(name), "down");
    }

    /// What the one sends to the other goes to nobody; what the other sends arrives.
    public void mute(String from, String to) {
        must("-n", space(from), "neigh", "replace", address(to), "lladdr", NOBODY, "dev", "eth0", "nud", "permanent");
    }

    /// Everything reaches everybody again.
    public void mend() {
        numbers.keySet().forEach(name -> {
            must("link", "set", cable(name), "up");
            must("-n", space(name), "neigh", "flush", "nud", "permanent", "dev", "eth0");
        });
    }

    private int number(String name) {
        return Objects.requireNonNull(numbers.get(name));
    }

    private String space(String name) {
        return tag + "n" + number(name);
    }

    private String cable(String name) {
        return tag + "c" + number(name);
    }

    private void in(String name, String... what) throws IOException {
        var command = new ArrayList<>(List.of("-n", space(name)));
        command.addAll(List.of(what));
        ip(command.toArray(String[]::new));
    }

    private static void must(String... what) {
        try {
            ip(what);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void ip(String... what) throws IOException {
        var command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(what));
        run(command.toArray(String[]::new));
    }

    private static void run(String... command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset()).strip();
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /// Takes all of it away. Processes in it go on without a network.
    @Override
    public void close() {
        for (var name : numbers.keySet()) {
            tryTo("link", "del", cable(name));
            tryTo("netns", "del", space(name));
        }
        tryTo("link", "del", bridge);
    }

    private static void tryTo(String... what) {
        try {
            ip(what);
        } catch (IOException isNotThere) {
            // As good as taken away.
        }
    }
}
