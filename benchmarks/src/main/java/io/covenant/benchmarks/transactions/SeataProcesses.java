package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.measure.KeepAliveClient;
import io.covenant.benchmarks.measure.KeepAliveClient.Answer;
import io.covenant.benchmarks.measure.Servers;
import io.covenant.launcher.app.JavaRuntime;
import io.covenant.launcher.node.FreePorts;
import io.covenant.launcher.node.Mark;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Seata: its server with its store in a database of its own, and two services, each a process. All modes share
/// them.
final class SeataProcesses implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String OF_SPRING = "seata-spring-";

    private static final String SERVER = "seata-server";
    private static final String INVENTORY = "seata-inventory";
    private static final String ORDERS = "seata-orders";

    /// Its serializers look into classes of the JDK.
    private static final List<String> OPEN = Stream.of(
                    "java.base/java.lang",
                    "java.base/java.util",
                    "java.base/java.math",
                    "java.base/java.net",
                    "java.sql/java.sql")
            .map(each -> "--add-opens=" + each + "=ALL-UNNAMED")
            .toList();

    private final Databases databases;
    private final Path library;
    private final Path state;
    private final Mark mark;
    private final int connections;
    private final Servers processes;
    private final int console;
    private final int server;
    private final int inventory;
    private final int orders;
    private final KeepAliveClient client;

    private SeataProcesses(Databases databases, Path library, Path state, Mark mark, int connections) {
        this.databases = databases;
        this.library = library;
        this.state = state;
        this.mark = mark;
        this.connections = connections;
        processes = new Servers(state);
        List<Integer> ports = FreePorts.several(4);
        console = ports.get(0);
        server = ports.get(1);
        inventory = ports.get(2);
        orders = ports.get(3);
        client = new KeepAliveClient(orders, PATIENCE);
    }

    static String name(SeataMode mode) {
        return "seata-" + mode.name().toLowerCase(Locale.ROOT);
    }

    /// @param library the class path of Seata
    /// @param state   where the processes keep what they need
    static SeataProcesses start(Databases databases, Path library, Path state, Mark mark, int connections)
            throws Exception {
        var seata = new SeataProcesses(databases, library, Files.createDirectories(state), mark, connections);
        try {
            seata.start();
            return seata;
        } catch (Exception e) {
            seata.close();
            throw e;
        }
    }

    private void start() throws Exception {
        SeataTables.create(databases);
        Files.writeString(
                state.resolve("application.yml"),
                SeataSettings.server(state, console, server, databases.seata(), connections));
        Files.writeString(state.resolve("registry.conf"), SeataSettings.REGISTRY);
        Files.writeString(state.resolve("file.conf"), SeataSettings.client(server));
        Files.writeString(state.resolve("logback.xml"), SeataSettings.LOGGING);
        run(
                SERVER,
                library.resolve("*").toString(),
                List.of(
                        "-Xmx1g",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dspring.config.location=file:" + state.resolve("application.yml")),
                List.of(
                        "io.seata.server.ServerApplication",
                        "-h",
                        "127.0.0.1",
                        "-p",
                        Integer.toString(server),
                        "-m",
                        "db"));
        await(SERVER, server);
        service(INVENTORY, SeataService.Role.INVENTORY, inventory, databases.inventory());
        service(ORDERS, SeataService.Role.ORDERS, orders, databases.orders());
        await(INVENTORY, inventory);
        await(ORDERS, orders);
    }

    private void service(String node, SeataService.Role role, int port, Database database) throws Exception {
        var account = database.database().runtime();
        run(
                node,
                clientClassPath(),
                List.of("-Xmx512m"),
                List.of(
                        SeataService.class.getName(),
                        role.name(),
                        Integer.toString(port),
                        Integer.toString(inventory),
                        database.jdbcUrl(node) + "&options=-c%20lock_timeout%3D" + Database.LOCK_TIMEOUT.toMillis(),
                        account.name(),
                        account.password(),
                        Integer.toString(connections)));
    }

    /// Without what would look for the settings in an application of Spring's.
    private String clientClassPath() throws Exception {
        try (Stream<Path> jars = Files.list(library)) {
            return Stream.of(
                            Stream.of(state),
                            jars.filter(jar -> !jar.getFileName().toString().startsWith(OF_SPRING))
                                    .sorted(),
                            Stream.of(ownClasses()))
                    .flatMap(each -> each)
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }

    /// The jar, or the directory of classes, that this class is in.
    private static Path ownClasses() throws Exception {
        return Path.of(SeataProcesses.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    private void run(String node, String classPath, List<String> flags, List<String> program) throws IOException {
        var command = new ArrayList<String>();
        command.add(JavaRuntime.current().executable());
        command.add(mark.argument(node));
        command.addAll(OPEN);
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath));
        command.addAll(program);
        processes.start(node, command, Map.of());
    }

    private void await(String node, int port) throws IOException, InterruptedException {
        processes.await(node, () -> {
            new Socket(InetAddress.getLoopbackAddress(), port).close();
            return true;
        });
    }

    Answer place(SeataMode mode, Purchase purchase) throws IOException {
        return client.post("/place", new SeataService.Request(mode, purchase).text());
    }

    /// Whether nothing is under way, clearing up included.
    boolean rest() throws Exception {
        return SeataTables.areEmpty(databases);
    }

    SequencedMap<String, ProcessHandle> handles() {
        return processes.handles();
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            // Nothing is asked any more.
        }
        processes.close();
    }
}
