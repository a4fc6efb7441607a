package io.covenant.launcher.postgres;

import io.covenant.launcher.node.FreePorts;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/// One PostgreSQL server on this machine, as a process of its own that outlives the JVM which started it.
///
/// All it has lies in its home directory: `data`, `postgres.log`, `superuser.password` (for our eyes only)
/// and `socket`. Which process it is follows from `data/postmaster.pid` and the operating system, never from
/// memory alone, so a server started by another JVM is seen, and is adopted or stopped as the caller says.
/// Home may be shared by processes; an object of this class belongs to one thread at a time.
public final class PostgresServer {

    /// Path names of Unix sockets end at 107 bytes on Linux and at 103 elsewhere; PostgreSQL appends `/.s.PGSQL.12345`.
    private static final int LONGEST_SOCKET_DIRECTORY = 103 - "/.s.PGSQL.12345.lock".length();

    private static final int LINES_TOLD = 20;
    private static final long LARGE_LOG_BYTES = 16 << 20;
    private static final Duration START_PATIENCE = Duration.ofSeconds(60);
    private static final Duration FAST_PATIENCE = Duration.ofSeconds(15);
    private static final Duration IMMEDIATE_PATIENCE = Duration.ofSeconds(5);

    private final Path home;
    private final PostgresBinaries binaries;
    private final PostgresSettings settings;
    private int port;

    private PostgresServer(Path home, PostgresBinaries binaries, PostgresSettings settings) {
        this.home = home;
        this.binaries = binaries;
        this.settings = settings;
        this.port = settings.port();
    }

    /// What [#start] does about a server that runs in the same home already.
    public enum IfRunning {
        /// Take it over if it runs with the very same settings, else stop it and start anew.
        ADOPT,
        /// Stop it, then start anew.
        STOP,
        /// Fail, naming the process.
        REFUSE
    }

    /// How a server came to run.
    public enum Origin {
        /// Its data directory was made just now.
        INITIALISED,
        /// Started on the data that was there.
        STARTED,
        /// It ran already and nothing was done to it.
        ADOPTED,
        /// It ran already with other settings, or was not wanted, and was stopped and started again.
        RESTARTED
    }

    /// A server that takes connections; pid and start together name the process, as pids are used again.
    public record Running(Origin origin, long pid, Instant startedAt, int port) {}

    /// The ways to end a server, from the mildest to the hardest.
    public enum Ending {
        /// There was nothing to end.
        NOT_RUNNING,
        /// SIGINT: transactions are rolled back, prepared ones kept, a checkpoint is written.
        FAST,
        /// SIGQUIT: at once; the next start recovers from the log.
        IMMEDIATE,
        /// SIGKILL to every process.
        KILLED
    }

    /// The server that lives, or is to live, in the given home directory; nothing is touched yet.
    public static PostgresServer in(Path home, PostgresBinaries binaries, PostgresSettings settings) {
        return new PostgresServer(home.toAbsolutePath().normalize(), binaries, settings);
    }

    /// Starts the server and waits until it answers.
    ///
    /// @throws PostgresFailure with the reason and the end of the server's log
    public Running start(IfRunning ifRunning) {
        try {
            Files.createDirectories(home);
            try (var channel = FileChannel.open(
                            home.resolve("start.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = lock(channel)) {
                return startAlone(ifRunning);
            }
        } catch (IOException e) {
            throw new PostgresFailure("PostgreSQL could not be started in " + home + ": " + e, e);
        }
    }

    /// Ends the server in the given way, or in a harder one if it does not end; its prepared transactions stay.
    ///
    /// @return the way that did it
    public Ending stop(Ending how) {
        return switch (how) {
            case NOT_RUNNING -> throw new IllegalArgumentException("not a way to end a server: " + how);
            case FAST -> endsBy("INT", FAST_PATIENCE) ? ended(Ending.FAST) : stop(Ending.IMMEDIATE);
            case IMMEDIATE -> endsBy("QUIT", IMMEDIATE_PATIENCE) ? ended(Ending.IMMEDIATE) : stop(Ending.KILLED);
            case KILLED -> kill();
        };
    }

    /// Ends the server as `kill -9` and a power failure do: every process of it at once, without a word.
    public Ending kill() {
        return running().isEmpty() && Postmaster.processes(data()).isEmpty() ? Ending.NOT_RUNNING : killed();
    }

    /// Stops the server in the given way and starts it on the same port and data.
    public Running restart(Ending how) {
        stop(how);
        return start(IfRunning.REFUSE);
    }

    /// Freezes every process of the server (SIGSTOP): connections hang as they do when a machine does.
    public void pause() {
        Postmaster.signal("STOP", everyProcess());
    }

    /// Wakes what [#pause] froze.
    public void resume() {
        Postmaster.signal("CONT", everyProcess());
    }

    /// The process that serves this home at the moment, whoever started it.
    public Optional<ProcessHandle> running() {
        return Postmaster.in(data()).flatMap(postmaster -> ProcessHandle.of(postmaster.pid()));
    }

    /// Whether the server runs and answers the first message of the protocol within the time.
    public boolean answers(Duration patience) {
        return Postmaster.in(data())
                .filter(postmaster -> postmaster.port() != 0)
                .map(postmaster -> postmaster.answers(patience))
                .orElse(false);
    }

    /// The port it listens on; 0 before the first start if none was asked for.
    public int port() {
        return Postmaster.in(data())
                .map(Postmaster::port)
                .filter(used -> used != 0)
                .orElse(port);
    }

    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
    }

    /// Connections as the superuser `postgres`: for provisioning, tests and operators, never for a service.
    public DataSource superuser(String database) {
        var source = new PGSimpleDataSource();
        source.setUrl(jdbcUrl(database));
        source.setUser(superuserName());
        source.setPassword(superuserPassword());
        return source;
    }

    public String superuserName() {
        return DataDirectory.SUPERUSER;
    }

    public String superuserPassword() {
        try {
            return Files.readString(passwordFile()).strip();
        } catch (IOException e) {
            throw new PostgresFailure("the superuser's password cannot be read: " + e, e);
        }
    }

    public Path home() {
        return home;
    }

    public Path log() {
        return home.resolve("postgres.log");
    }

    private Running startAlone(IfRunning ifRunning) throws IOException {
        Optional<Postmaster> there = Postmaster.in(data());
        if (there.isPresent()) {
            return switch (ifRunning) {
                case ADOPT -> adoptable(there.get()) ? adopted(there.get()) : replaced();
                case STOP -> replaced();
                case REFUSE ->
                    throw new PostgresFailure("PostgreSQL runs already in " + home + ": pid "
                            + there.get().pid() + ", port " + there.get().port() + ".");
            };
        }
        return fresh();
    }

    private boolean adoptable(Postmaster there) {
        boolean samePort = settings.port() == 0 || settings.port() == there.port();
        return samePort
                && there.ready()
                && Files.exists(passwordFile())
                && directory(RunAs.unchanged()).isConfigured(configuration(there.port()))
                && there.answers(Duration.ofSeconds(2));
    }

    private Running adopted(Postmaster there) {
        port = there.port();
        return describe(there, Origin.ADOPTED);
    }

    private Running replaced() throws IOException {
        stop(Ending.FAST);
        Running running = fresh();
        return new Running(Origin.RESTARTED, running.pid(), running.startedAt(), running.port());
    }

    private Running fresh() throws IOException {
        killed();
        RunAs runAs = RunAs.whoCan(binaries.program("postgres"), home);
        DataDirectory directory = directory(runAs);
        Origin origin = directory.exists() ? Origin.STARTED : Origin.INITIALISED;
        directory.make();
        makeSocketDirectory(runAs);
        boolean anyPort = port == 0;
        for (int attempt = 1; ; attempt++) {
            port = anyPort ? FreePorts.one() : port;
            requireFree(port);
            directory.configure(configuration(port));
            try {
                return describe(launch(runAs), origin);
            } catch (PortTaken taken) {
                // Somebody was faster between our look and the server's.
                if (!anyPort || attempt == 5) {
                    throw taken.asFailure();
                }
            }
        }
    }

    private Postmaster launch(RunAs runAs) throws IOException, PortTaken {
        long logStart = beginLog();
        var command = new ArrayList<String>();
        // A session of its own: neither Ctrl-C at our terminal nor our end reaches it.
        Commands.find("setsid").ifPresent(setsid -> command.add(setsid.toString()));
        command.addAll(runAs.command(List.of(binaries.program("postgres").toString(), "-D", data().toString())));
        var builder = new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        boolean served = await(START_PATIENCE, () -> !process.isAlive() || isServing());
        Optional<Postmaster> postmaster = Postmaster.in(data()).filter(Postmaster::ready);
        if (postmaster.isPresent() && process.isAlive()) {
            return postmaster.get();
        }
        String said = tail(logStart);
        if (said.contains("could not bind") || said.contains("could not create any TCP/IP sockets")) {
            throw new PortTaken(port);
        }
        if (process.isAlive()) {
            killed();
        }
        throw new PostgresFailure("PostgreSQL in %s (%s) %s; the end of its log:%n%s"
                .formatted(
                        home,
                        runAs.how(),
                        served
                                ? "ended at its start with exit code " + process.exitValue()
                                : "did not answer within " + START_PATIENCE.toSeconds() + " s",
                        said.isEmpty() ? "(empty)" : said));
    }

    private boolean isServing() {
        return Postmaster.in(data())
                .filter(Postmaster::ready)
                .filter(postmaster -> postmaster.answers(Duration.ofSeconds(2)))
                .isPresent();
    }

    private boolean endsBy(String signal, Duration patience) {
        Optional<ProcessHandle> process = running();
        if (process.isEmpty()) {
            return false;
        }
        Postmaster.signal(signal, List.of(process.get()));
        // A frozen process heeds a signal only once it is awake.
        resume();
        return await(patience, () -> running().isEmpty());
    }

    private Ending ended(Ending how) {
        killed();
        return how;
    }

    /// A postmaster that died by force leaves children, who hold on to its shared memory and bar the next start.
    private Ending killed() {
        boolean gone = await(IMMEDIATE_PATIENCE, () -> {
            List<ProcessHandle> left = everyProcess();
            Postmaster.signal("KILL", left);
            return left.isEmpty();
        });
        if (!gone) {
            throw new PostgresFailure("PostgreSQL in " + home + " cannot be ended, not even by SIGKILL.");
        }
        try {
            Postmaster.forgetDead(data());
            // Its lock file names a process that, dead but not yet collected by init, still counts as another server.
            Directories.delete(home.resolve("socket"));
        } catch (IOException e) {
            throw new PostgresFailure("what a dead PostgreSQL left in " + home + " cannot be removed: " + e, e);
        }
        return Ending.KILLED;
    }

    private List<ProcessHandle> everyProcess() {
        var all = new ArrayList<>(Postmaster.processes(data()));
        running().ifPresent(postmaster -> {
            all.add(postmaster);
            postmaster.descendants().forEach(all::add);
        });
        return all.stream().distinct().toList();
    }

    private Running describe(Postmaster postmaster, Origin origin) {
        Instant startedAt = postmaster.startedAt().orElse(Instant.EPOCH);
        return new Running(origin, postmaster.pid(), startedAt, postmaster.port());
    }

    private String configuration(int actualPort) {
        return settings.configuration(
                actualPort, socketDirectory().map(Path::toString).orElse(""));
    }

    private void makeSocketDirectory(RunAs runAs) throws IOException {
        Optional<Path> socket = socketDirectory();
        if (socket.isPresent()) {
            Files.createDirectories(socket.get());
            if (runAs.fileOwner().isPresent()) {
                Directories.give(socket.get(), runAs.fileOwner().get());
            }
        }
    }

    private Optional<Path> socketDirectory() {
        Path socket = home.resolve("socket");
        int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
        // The parameter is a list, so a comma in the name would cut it in two.
        boolean fits = length <= LONGEST_SOCKET_DIRECTORY && !socket.toString().matches(".*[,\"].*");
        return fits ? Optional.of(socket) : Optional.empty();
    }

    private DataDirectory directory(RunAs runAs) {
        return new DataDirectory(binaries, runAs, data(), passwordFile());
    }

    private Path data() {
        return home.resolve("data");
    }

    private Path passwordFile() {
        return home.resolve("superuser.password");
    }

    private FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.lock();
        } catch (OverlappingFileLockException _) {
            throw new PostgresFailure("PostgreSQL in " + home + " is being started by another thread.");
        }
    }

    /// Sets a log aside that has grown large; the one before it goes.
    private long beginLog() throws IOException {
        long size = Files.exists(log()) ? Files.size(log()) : 0;
        if (size > LARGE_LOG_BYTES) {
            Files.move(log(), home.resolve("postgres.log.1"), StandardCopyOption.REPLACE_EXISTING);
            return 0;
        }
        return size;
    }

    private String tail(long from) throws IOException {
        if (!Files.exists(log())) {
            return "";
        }
        try (var file = new RandomAccessFile(log().toFile(), "r")) {
            file.seek(Math.max(from, file.length() - 16_384));
            byte[] end = new byte[Math.toIntExact(file.length() - file.getFilePointer())];
            file.readFully(end);
            List<String> lines = new String(end, StandardCharsets.UTF_8).lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_TOLD), lines.size()));
        }
    }

    private void requireFree(int wanted) throws IOException {
        try (var probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
        } catch (BindException _) {
            throw new PortTaken(wanted).asFailure();
        }
    }

    private static boolean await(Duration patience, BooleanSupplier condition) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException _) {
                throw PostgresFailure.interrupted("waiting for PostgreSQL");
            }
        }
        return true;
    }

    /// The port was free when we looked and is not any more.
    private static final class PortTaken extends Exception {

        private static final long serialVersionUID = 1L;
        private final int number;

        PortTaken(int number) {
            super(null, null, false, false);
            this.number = number;
        }

        PostgresFailure asFailure() {
            return new PostgresFailure(
                    "Port " + number + " on 127.0.0.1 is taken, PostgreSQL needs it: free it or choose another.");
        }
    }
}
