package io.covenant.launcher.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The data directory of one server: initialised once, whole or not at all, and given to whoever runs the server.
///
/// @param data PostgreSQL's own directory
/// @param password the file with the superuser's password, which the server itself never reads
record DataDirectory(PostgresBinaries binaries, RunAs runAs, Path data, Path password) {

    static final String SUPERUSER = "postgres";

    /// Nobody may enter before the password is set and our own rules of access are written.
    private static final List<String> INITDB =
            List.of("-U", SUPERUSER, "-E", "UTF8", "--locale=C", "--auth=reject", "--no-sync", "--no-instructions");

    boolean exists() {
        return Files.exists(data.resolve("PG_VERSION"));
    }

    /// Makes the directory if it is not there: a copy of an initialised one, which takes a fifth of the time.
    void make() throws IOException {
        if (!exists()) {
            Exclusively.doing(binaries.template(), this::template);
            Exclusively.doing(data, this::copyOfTemplate);
        }
        giveTo(data);
        if (!Files.exists(password)) {
            setPassword();
        }
    }

    /// Writes the server's parameters and who may connect.
    void configure(String parameters) throws IOException {
        replace(data.resolve("postgresql.conf"), parameters);
        replace(data.resolve("pg_hba.conf"), "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n");
        // Left by ALTER SYSTEM; it would silently outrank the parameters above.
        Files.deleteIfExists(data.resolve("postgresql.auto.conf"));
    }

    boolean isConfigured(String parameters) {
        try {
            return Files.readString(data.resolve("postgresql.conf")).equals(parameters);
        } catch (IOException _) {
            return false;
        }
    }

    private Path template() throws IOException {
        Path partial = partialOf(binaries.template());
        giveTo(partial);
        initdb(partial, INITDB);
        return partial;
    }

    private Path copyOfTemplate() throws IOException {
        Path partial = partialOf(data);
        Files.delete(partial);
        Directories.copy(binaries.template(), partial);
        giveTo(partial);
        initdb(partial, List.of("--sync-only"));
        // A password of an earlier directory opens nothing here.
        Files.deleteIfExists(password);
        return partial;
    }

    private static Path partialOf(Path target) throws IOException {
        return Files.createTempDirectory(target.getParent(), target.getFileName() + ".partial-");
    }

    private void initdb(Path directory, List<String> options) {
        run("initdb", directory, options, "");
    }

    /// In single-user mode, which asks for no password, while nobody else can be connected.
    private void setPassword() throws IOException {
        String secret = Passwords.random();
        run(
                "postgres",
                data,
                List.of("--single", SUPERUSER),
                "alter role " + SUPERUSER + " password '" + Passwords.verifier(secret) + "'\n");
        Path written = Files.createTempFile(
                password.getParent(),
                password.getFileName().toString(),
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(written, secret + "\n");
        Files.move(written, password, StandardCopyOption.ATOMIC_MOVE);
    }

    private void run(String program, Path directory, List<String> options, String standardInput) {
        var command = new ArrayList<>(List.of(binaries.program(program).toString()));
        // `--single` must come first.
        command.addAll(options);
        int database = options.contains("--single") ? command.size() - 1 : command.size();
        command.addAll(database, List.of("-D", directory.toString()));
        Commands.Result result = Commands.run(runAs.command(command), standardInput);
        if (!result.succeeded() || result.output().contains("ERROR:")) {
            throw new PostgresFailure(
                    program + " failed on " + directory + " (" + runAs.how() + "):\n" + result.output());
        }
    }

    private void giveTo(Path directory) throws IOException {
        Optional<Integer> owner = runAs.fileOwner();
        if (owner.isPresent() && Directories.owner(directory) != owner.get()) {
            Directories.give(directory, owner.get());
        }
    }

    private void replace(Path file, String content) throws IOException {
        Path fresh = data.resolve(file.getFileName() + ".new");
        Files.write(fresh, content.getBytes(StandardCharsets.UTF_8));
        giveTo(fresh);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
