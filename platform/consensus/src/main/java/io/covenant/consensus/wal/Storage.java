package io.covenant.consensus.wal;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/// A directory of files: all that a log and a snapshot store ask of a machine.
///
/// What is created, renamed or deleted is durable only after [#force]; what is written into a file only
/// after [StorageFile#force].
public interface Storage {

    /// The names of all files, sorted.
    List<String> list() throws IOException;

    /// Makes a file for reading and writing.
    ///
    /// @throws java.nio.file.FileAlreadyExistsException when there is one of this name
    StorageFile create(String name) throws IOException;

    /// Opens a file for reading and writing.
    ///
    /// @throws java.nio.file.NoSuchFileException when there is none
    StorageFile open(String name) throws IOException;

    /// Gives a file another name, in one step; a file that had that name is gone.
    void rename(String from, String to) throws IOException;

    void delete(String name) throws IOException;

    /// From here on all that was created, renamed and deleted survives.
    void force() throws IOException;

    /// Keeps every other process, and every other log in this one, out of the directory.
    ///
    /// @throws DirectoryRefusedException when somebody else is in it
    Closeable lock() throws IOException;

    /// Where a file is, for people.
    String describe(String name);
}
