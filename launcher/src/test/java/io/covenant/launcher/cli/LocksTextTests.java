package io.covenant.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.launcher.client.Gateway;
import io.covenant.launcher.locks.LockNode;
import io.covenant.launcher.locks.Locks;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LocksTextTests {

    private static final LockNode PRIMARY = new LockNode("LEADER", OptionalLong.of(42), OptionalLong.of(3));

    @Test
    void showsHoldersTokensLeasesAndQueues() {
        assertThat(lines("""
                        {"name": "orders/42", "kind": "LOCK", "capacity": 4096, "queue": 2,
                         "holders": [{"session": 2, "sessionName": "me", "mode": "EXCLUSIVE", "token": 7, "holds": 1,
                                      "remainingMillis": 8200}],
                         "waiters": [{"session": 3, "sessionName": "you"}, {"session": 4, "sessionName": ""}]}""", """
                        {"name": "seats", "kind": "SEMAPHORE", "capacity": 5, "queue": 0, "waiters": [],
                         "holders": [{"session": 2, "sessionName": "me", "mode": "PERMITS", "token": 8, "holds": 2,
                                      "remainingMillis": 8200},
                                     {"session": 5, "sessionName": "her", "mode": "PERMITS", "token": 9, "holds": 1,
                                      "lostUntil": 99}]}""")).containsExactly("""
                        name       held by  mode                   token  lease          waiting
                        orders/42  me #2    exclusive              7      8.2 s          2: you #3, #4
                        seats      me #2    permits of 5, 2 times  8      8.2 s
                                   her #5   permits of 5           9      lost, delayed

                        lock-2 is the primary at index 42, in term 3.""".split("\n", -1));
    }

    @Test
    void saysWhenThereIsNothing() {
        assertThat(lines()).startsWith("Nobody holds a lock or waits for one.");
    }

    private static List<String> lines(String... locks) {
        return LocksText.lines(new Locks(
                "lock-2", PRIMARY, Stream.of(locks).map(Gateway.JSON::readTree).toList()));
    }
}
