package io.covenant.consensus.wal;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FileStorageTests extends StorageContractTests {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit gives it
    private Path directory;

    @Override
    Storage storage() throws IOException {
        return FileStorage.at(directory.resolve("made").resolve("here"));
    }
}
