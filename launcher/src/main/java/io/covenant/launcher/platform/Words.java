package io.covenant.launcher.platform;

import java.time.Duration;
import java.util.Locale;

/// Quantities the way people read them.
public final class Words {

    private Words() {}

    /// Seconds with one digit after the point: `3.9 s`.
    public static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }

    /// The largest unit that fits: `42 s`, `7 min`, `3 h`, `2 d`.
    public static String roughly(Duration duration) {
        if (duration.toMinutes() < 1) {
            return duration.toSeconds() + " s";
        }
        if (duration.toHours() < 1) {
            return duration.toMinutes() + " min";
        }
        return duration.toDays() < 2 ? duration.toHours() + " h" : duration.toDays() + " d";
    }

    /// Mebibytes, or gibibytes from 1024 of them on.
    public static String bytes(long bytes) {
        double mebibytes = bytes / 1048576.0;
        return mebibytes < 1024
                ? String.format(Locale.ROOT, "%.0f MiB", mebibytes)
                : String.format(Locale.ROOT, "%.2f GiB", mebibytes / 1024);
    }
}
