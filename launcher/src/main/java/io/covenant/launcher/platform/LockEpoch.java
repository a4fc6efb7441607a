package io.covenant.launcher.platform;

import io.covenant.launcher.LauncherFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/// The epoch of the lock service's tokens, counted up whenever a group of lock nodes begins that knows nothing of the
/// tokens before it: another group, or the same founded anew.
///
/// The guards at the databases remember the highest token they have seen, so it has to outlast the groups. It goes with
/// the databases only: at a reset.
final class LockEpoch {

    private final Path file;

    LockEpoch(Path file) {
        this.file = file;
    }

    /// What holds at the moment.
    long current() {
        return read().epoch();
    }

    /// Before this group starts.
    ///
    /// @param anew whether it is about to be founded
    /// @return what holds from now on
    long starting(String group, boolean anew) {
        Noted last = read();
        boolean first = last.group().isEmpty();
        long epoch = !first && (anew || !last.group().equals(group)) ? last.epoch() + 1 : last.epoch();
        if (first || epoch != last.epoch() || anew) {
            write(new Noted(epoch, group));
        }
        return epoch;
    }

    private record Noted(long epoch, String group) {}

    private Noted read() {
        try {
            List<String> words = List.of(Files.readString(file).strip().split(" ", -1));
            return new Noted(Long.parseLong(words.getFirst()), words.getLast());
        } catch (NoSuchFileException _) {
            return new Noted(0, "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NumberFormatException e) {
            throw new LauncherFailure(
                    file
                            + " holds no epoch; write a number there that is higher than any before, and the group: '9 covenant'",
                    e);
        }
    }

    private void write(Noted noted) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path draft = file.resolveSibling(file.getFileName() + ".draft");
            Files.writeString(draft, noted.epoch() + " " + noted.group() + "\n");
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
