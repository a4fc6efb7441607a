package io.covenant.consensus.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.consensus.node.Mailbox.Put;
import io.covenant.consensus.raft.Input;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MailboxTests {

    private final Mailbox<Integer> mailbox = new Mailbox<>(2, 100);

    @Test
    void givesAllThatWaitsInOrder() throws Exception {
        mailbox.tell(new Input.Persisted(1));
        mailbox.want(proposal(1));
        mailbox.leave(new Input.Persisted(2));
        mailbox.await(Long.MAX_VALUE);

        assertThat(mailbox.take()).hasSize(3).element(2).isEqualTo(new Mailbox.Mail.Heard<>(new Input.Persisted(2)));
        mailbox.await(1_000_000);
        assertThat(mailbox.take()).isEmpty();
    }

    @Test
    void refusesMoreThanItsBounds() {
        assertThat(mailbox.want(proposal(1))).isEqualTo(Put.TAKEN);
        assertThat(mailbox.want(proposal(1))).isEqualTo(Put.TAKEN);
        assertThat(mailbox.want(proposal(1))).isEqualTo(Put.FULL);
        assertThat(mailbox.order(proposal(1))).isTrue();
        mailbox.take();

        assertThat(mailbox.want(proposal(200))).isEqualTo(Put.TAKEN);
        assertThat(mailbox.want(proposal(1))).isEqualTo(Put.FULL);
    }

    @Test
    void takesOfSeveralRequestsAsManyAsFit() {
        var first = proposal(1);
        var second = proposal(1);

        assertThat(mailbox.want(List.of(first, second, proposal(1)))).containsExactly(Put.TAKEN, Put.TAKEN, Put.FULL);

        assertThat(mailbox.take()).containsExactly(new Mailbox.Mail.Wanted<>(first), new Mailbox.Mail.Wanted<>(second));
    }

    @Test
    void letsSendersOfFramesWait() throws Exception {
        mailbox.receive(new Input.Tick(), 100);
        var second = Thread.ofVirtual().start(() -> {
            try {
                mailbox.receive(new Input.Tick(), 1);
            } catch (InterruptedException nobody) {
                throw new AssertionError(nobody);
            }
        });
        await().until(() -> second.getState() == Thread.State.WAITING);

        assertThat(mailbox.take()).hasSize(1);

        second.join();
        assertThat(mailbox.take()).hasSize(1);
    }

    @Test
    void wakesNobodyForWhatIsLeftUntilItIsAskedTo() throws Exception {
        var waiting = waiting();

        mailbox.leave(new Input.Tick());
        assertThat(waiting.getState()).isEqualTo(Thread.State.TIMED_WAITING);
        mailbox.wakeForWhatIsLeft();

        waiting.join();
        assertThat(mailbox.take()).hasSize(1);
    }

    @Test
    void letsWhoWaitsLookAtTheTimeAgain() throws Exception {
        var waiting = waiting();

        mailbox.wakeForWhatIsLeft();
        assertThat(waiting.getState()).isEqualTo(Thread.State.TIMED_WAITING);
        mailbox.nudge();

        waiting.join();
        mailbox.nudge();
        // Who was not there yet does not wait either.
        mailbox.await(Long.MAX_VALUE);
    }

    private Thread waiting() {
        var waiting = Thread.ofPlatform().start(() -> {
            try {
                mailbox.await(Long.MAX_VALUE);
            } catch (InterruptedException nobody) {
                throw new AssertionError(nobody);
            }
        });
        await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
        return waiting;
    }

    @Test
    void takesNothingOnceItIsClosed() throws Exception {
        mailbox.want(proposal(1));
        mailbox.close();

        assertThat(mailbox.want(proposal(1))).isEqualTo(Put.CLOSED);
        assertThat(mailbox.look(() -> {})).isFalse();
        mailbox.receive(new Input.Tick(), 1);
        mailbox.tell(new Input.Tick());
        mailbox.leave(new Input.Tick());
        mailbox.await(Long.MAX_VALUE);
        assertThat(mailbox.take()).hasSize(1);
    }

    private static Request.Proposal<Integer> proposal(int bytes) {
        return new Request.Proposal<>(new byte[bytes], new CompletableFuture<>());
    }
}
