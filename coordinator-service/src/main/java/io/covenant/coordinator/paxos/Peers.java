package io.covenant.coordinator.paxos;

import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.Reply;
import io.covenant.transactions.paxoscommit.Request;
import io.covenant.transactions.wire.TransactionResource;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/// The other coordinators. What is sent may be lost, doubled and late; nothing throws for that.
interface Peers {

    /// Asks another acceptor about a transaction; does not wait.
    ///
    /// @param onReply hears the reply, if one comes
    void ask(String acceptor, TransactionId id, Request request, Consumer<Reply> onReply);

    /// Tells the leader of a ballot what this acceptor has taken in it; does not wait.
    void report(String leader, TransactionId id, Reply.Took took);

    /// Which of these transactions some other coordinator says it leads. Waits for them, but not for long.
    Set<TransactionId> led(Collection<TransactionId> ids);

    /// What the other coordinators can show of this transaction, because they lead it or have led it. Waits for them,
    /// but not for long.
    List<TransactionResource> shown(TransactionId id);

    /// What the other coordinators lead or have led lately. Waits for them, but not for long.
    List<TransactionResource> recent();

    /// Introduces the disk of this acceptor to another member, and waits.
    Introduction introduce(String member, long disk);

    /// What comes of an introduction.
    enum Introduction {
        BELIEVED,
        /// That member knows another disk of this acceptor: the directory was lost.
        DISBELIEVED,
        UNANSWERED
    }
}
