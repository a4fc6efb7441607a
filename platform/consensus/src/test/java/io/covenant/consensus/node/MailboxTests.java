package io.covenant.consensus.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.consensus.node.Mailbox.Put;
import io.covenant.consensus.raft.Input;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MailboxTests {

    private final Mailbox<Integer> mailbox = new Mailbox<>(2, 100);

    @Test
    void givesAllThatWaitsInOrder() throws Exception {
        mailbox.tell(new Input.Persisted(1));
        mailbox.want(proposal(1));
        mailbox.tell(new Input.Persisted(2));

        assertThat(mailbox.take(0)).hasSize(3).element(2).isEqualTo(new Mailbox.Mail.Heard<>(new Input.Persisted(2)));
        assertThat(mailbox.take(1_000_000)).isEmpty();
    }

    @Test
    void refusesMoreThanItsBounds() throws Exception {
        assertThat(mailbox.want(proposal(1))).isEqualTo(Put.TAKEN);
        assertThat(mailbox.want(proposal(1))).isEqualTo(Put.TAKEN);
        assertThat(mailbox.want(proposal(1))).isEqualTo(Put.FULL);
        assertThat(mailbox.order(proposal(1))).isTrue();
        mailbox.take(0);

        assertThat(mailbox.want(proposal(200))).isEqualTo(Put.TAKEN);
        assertThat(mailbox.want(proposal(1))).isEqualTo(Put.FULL);
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

        assertThat(mailbox.take(0)).hasSize(1);

        second.join();
        assertThat(mailbox.take(0)).hasSize(1);
    }

    @Test
    void takesNothingOnceItIsClosed() throws Exception {
        mailbox.want(proposal(1));
        mailbox.close();

        assertThat(mailbox.want(proposal(1))).isEqualTo(Put.CLOSED);
        assertThat(mailbox.look(() -> {})).isFalse();
        mailbox.receive(new Input.Tick(), 1);
        mailbox.tell(new Input.Tick());
        assertThat(mailbox.take(Long.MAX_VALUE)).hasSize(1);
    }

    private static Request.Proposal<Integer> proposal(int bytes) {
        return new Request.Proposal<>(new byte[bytes], new CompletableFuture<>());
    }
}
