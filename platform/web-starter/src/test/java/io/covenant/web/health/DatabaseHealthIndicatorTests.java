package io.covenant.web.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class DatabaseHealthIndicatorTests {

    private static final Duration LIMIT = Duration.ofSeconds(2);

    @Test
    void isUpWhileTheDatabaseAnswers() {
        assertThat(health(() -> connection(true)).getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void isDownWhenTheConnectionIsBroken() {
        assertThat(health(() -> connection(false)).getStatus()).isEqualTo(Status.DOWN);
    }

    @Test
    void isDownWhenThereIsNoConnection() {
        var health = health(() -> {
            throw new SQLException("no connection");
        });

        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails())
                .hasEntrySatisfying(
                        "reason", reason -> assertThat(reason.toString()).contains("no connection"));
    }

    @Test
    void isDownInTimeWhenTheDatabaseHangsAndUpAgainAfterwards() throws Exception {
        var hanging = new CountDownLatch(1);
        var asked = new AtomicInteger();
        var indicator = new DatabaseHealthIndicator(
                dataSource(() -> {
                    if (asked.incrementAndGet() == 1) {
                        hanging.await();
                    }
                    return connection(true);
                }),
                LIMIT);
        long before = System.nanoTime();

        assertThat(indicator.health().getStatus()).isEqualTo(Status.DOWN);
        assertThat(indicator.health().getStatus()).isEqualTo(Status.DOWN);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
        assertThat(asked).as("probes under way").hasValue(1);

        hanging.countDown();
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(indicator.health().getStatus()).isEqualTo(Status.UP));
    }

    private static Health health(Callable<Connection> connect) {
        return new DatabaseHealthIndicator(dataSource(connect), LIMIT).health();
    }

    private static DataSource dataSource(Callable<Connection> connect) {
        return proxy(DataSource.class, _ -> connect.call());
    }

    private static Connection connection(boolean valid) {
        return proxy(Connection.class, method -> method.equals("isValid") ? valid : null);
    }

    private interface Answer {
        @Nullable
        Object to(String method) throws Exception;
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (_, method, _) -> answer.to(method.getName())));
    }
}
