package io.covenant.consensus.wal;

/// How a log uses its disk.
///
/// @param segmentBytes   when a segment is this long the next batch begins a new one
/// @param preallocate    whether segments are filled with zeros before they are used: a force is then spared
///                       the file system's own journal
/// @param recordBytes    the most that one record may carry
/// @param pendingBytes   the most that waits in memory to be forced; who appends more forces it himself
public record LogOptions(int segmentBytes, boolean preallocate, int recordBytes, int pendingBytes) {

    private static final int LARGEST = 512 * 1024 * 1024;

    public LogOptions {
        if (segmentBytes < 4 * 1024 || segmentBytes > LARGEST) {
            throw new IllegalArgumentException("a segment has 4 KiB to 512 MiB, not " + segmentBytes);
        }
        if (recordBytes < 64 || recordBytes > Records.LARGEST_PAYLOAD) {
            throw new IllegalArgumentException(
                    "a record carries 64 to %d bytes, not %d".formatted(Records.LARGEST_PAYLOAD, recordBytes));
        }
        if (pendingBytes < Records.size(recordBytes) || pendingBytes > LARGEST) {
            throw new IllegalArgumentException("pending bytes hold a largest record and at most 512 MiB");
        }
    }

    /// Segments of 16 MiB, preallocated; records up to 4 MiB; 16 MiB may wait.
    public static LogOptions standard() {
        return new LogOptions(16 * 1024 * 1024, true, 4 * 1024 * 1024, 16 * 1024 * 1024);
    }

    public LogOptions withSegmentBytes(int bytes) {
        return new LogOptions(bytes, preallocate, recordBytes, pendingBytes);
    }

    public LogOptions withPreallocation(boolean wanted) {
        return new LogOptions(segmentBytes, wanted, recordBytes, pendingBytes);
    }
}
