package io.covenant.launcher.app;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/// One build of one service, unpacked: a small jar with the libraries beside it, and, once it has been
/// recorded, a cache of its loaded and linked classes (JEP 483, JEP 514) that cuts the work of a start to
/// less than half, and that of the first requests.
///
/// @param role what the service is for
/// @param directory holds nothing but this build, and is named for its content
/// @param jar the jar to run, in that directory
/// @param java what runs it
public record ServiceApp(Role role, Path directory, Path jar, JavaRuntime java) {

    /// Names the build and the way it is run: what a running node must be restarted for when it changes.
    public String essence() {
        return directory.getFileName() + " " + java.version() + " " + role.flags();
    }

    /// The command that runs the service.
    ///
    /// @param arguments for the JVM, before all others
    public List<String> command(String... arguments) {
        var faster =
                hasCache() ? List.of("-XX:AOTCache=" + cache(), "-Xlog:aot=off", "-Xlog:cds=off") : List.<String>of();
        return command(List.of(arguments), faster);
    }

    /// The command that runs the service and, when it ends in order, records the cache in a file.
    public List<String> recordingLife(Path file, String... arguments) {
        return command(List.of(arguments), List.of("-XX:AOTCacheOutput=" + file, "-Xlog:aot=error", "-Xlog:cds=error"));
    }

    /// The same for a service that goes no further than its being assembled.
    public List<String> recordingStart(Path file, String... arguments) {
        return recordingLife(
                file,
                Stream.concat(Stream.of(arguments), Stream.of("-Dspring.context.exit=onRefresh"))
                        .toArray(String[]::new));
    }

    /// Where the cache of this build on this JVM with these flags lies. The JVM checks for itself that it fits.
    public Path cache() {
        var sum = new CRC32();
        sum.update((java.version() + role.flags()).getBytes(StandardCharsets.UTF_8));
        return directory.resolve("%08x.aot".formatted(sum.getValue()));
    }

    /// Whether the cache has been recorded.
    public boolean hasCache() {
        return Files.isRegularFile(cache());
    }

    private List<String> command(List<String> first, List<String> faster) {
        var command = new ArrayList<String>();
        command.add(java.executable());
        Stream.of(first, faster, role.flags()).forEach(command::addAll);
        command.addAll(List.of("-jar", jar.toString()));
        return command;
    }
}
