package io.covenant.locks.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.locks.session.Call;
import io.covenant.locks.session.Operation;
import io.covenant.locks.session.SessionSettings;
import io.covenant.locks.wire.Want;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class CourierTests {

    private static final String NODE = "http://127.0.0.1:1";
    private static final long FOR_EVER = TimeUnit.DAYS.toMillis(1);

    private final SessionSettings settings = SessionSettings.of("tests", List.of(NODE), 60_000, 1);
    private final BlockingQueue<String> posted = new LinkedBlockingQueue<>();
    private final Semaphore answered = new Semaphore(Integer.MAX_VALUE);
    private final Threads threads = new Threads("tests");
    private final HttpClient unused = HttpClient.newHttpClient();
    private final Courier courier =
            new Courier(new HttpCalls(() -> unused, threads, new Recording(), Map::of), threads);
    private final Connections connections = new Connections(settings, unused, Certificates.of(null), Map::of);
    private final Session session =
            new Session(settings, Clocks.ofTheMachine(), connections, new LockClientListener() {});

    private final class Recording implements Post {

        @Override
        public Reply post(String node, String path, byte[] json) throws InterruptedException {
            posted.add(new String(json, UTF_8));
            answered.acquire();
            return new Reply(node, 200, Map.of(), "{\"answers\":[]}".getBytes(UTF_8));
        }

        @Override
        public void close() {}
    }

    @AfterEach
    void closeAll() {
        connections.leave();
        threads.close();
        unused.close();
    }

    @Test
    void carriesWhatIsInNoHurryWithTheFirstThatIs() throws Exception {
        courier.carry(NODE, parcel(1), FOR_EVER);
        courier.carry(NODE, parcel(2), FOR_EVER);
        courier.carry(NODE, parcel(3), 0);

        assertThat(posted.take()).contains("lock-1", "lock-2", "lock-3");
        assertThat(posted).isEmpty();
    }

    @Test
    void carriesWhatIsInNoHurryAloneOnceItHasWaited() throws Exception {
        courier.carry(NODE, parcel(1), 1);

        assertThat(posted.take()).contains("lock-1");
    }

    @Test
    void carriesTogetherWhatComesWhileACallIsUnderWay() throws Exception {
        answered.drainPermits();
        courier.carry(NODE, parcel(1), 0);
        assertThat(posted.take()).contains("lock-1");

        courier.carry(NODE, parcel(2), FOR_EVER);
        courier.carry(NODE, parcel(3), 0);
        assertThat(posted).isEmpty();
        answered.release(2);

        assertThat(posted.take()).contains("lock-2", "lock-3");
    }

    @Test
    void leavesAtOnceThoughAnEarlierOneWaitedAlone() throws Exception {
        courier.carry(NODE, parcel(1), FOR_EVER);
        courier.drop(session, 1);
        courier.carry(NODE, parcel(2), 0);

        assertThat(posted.take()).contains("lock-2").doesNotContain("lock-1");
    }

    private Courier.Parcel parcel(long number) {
        var acquire =
                new Operation.Acquire(number, List.of(Want.exclusive("lock-" + number)), Operation.FOREVER, 0, null);
        return new Courier.Parcel(session, number, new Call.Perform(7, number, 0, acquire, Operation.FOREVER, 0));
    }
}
