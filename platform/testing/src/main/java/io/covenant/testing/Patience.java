package io.covenant.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/// How long tests wait for what they await, unless they say otherwise: longer than the ten seconds that a thread of a
/// busy machine may well have to wait for a processor.
///
/// JUnit finds it by itself, in every module whose tests have this one on their class path.
public final class Patience implements LauncherSessionListener {

    private static final Duration FOR_A_BUSY_MACHINE = Duration.ofSeconds(30);

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultTimeout(FOR_A_BUSY_MACHINE);
    }
}
