package io.covenant.locks.namespace;

/// A mistake that somebody made, or could make: lines of this package's source, and what stood there instead.
/// The random runs must find each.
enum PlantedBug {
    GRANTED_AFTER_THE_END(
            "etcd#11456: a session that ends leaves its waiters in their queues, and is granted the lock.",
            "SessionHandler",
            "if (waiter != null) {",
            "if (waiter != null && waiter.ticket() == 0) {"),
    EXPIRED_THOUGH_RENEWED(
            "etcd#15247: an expiry that was decided before a renewal ends the session.",
            "SessionHandler",
            "if (session.renewSeq() > expire.seenRenewSeq()) {",
            "if (session.renewSeq() < 0) {"),
    GRANTED_AFTER_GIVING_UP(
            "jetcd#291: a cancelled or timed-out waiter hears so, and stays in its queues.",
            "Queues",
            "remove(waiter);\n        state.settle(",
            "state.settle("),
    CANCEL_KEEPS_THE_GRANT(
            "curator#1193: a cancel that comes after the grant finds no waiter and leaves the lock taken.",
            "LockHandler",
            "&& undo(session.id(), target, grants)",
            "&& grants.isEmpty() && undo(session.id(), target, grants)"),
    RELEASE_TAKES_THE_YOUNGEST(
            "A release counts as that of the youngest entry: when its cancel comes, it finds nothing, and the hold stays.",
            "Hold",
            "return settled(requests, released + 1, cancellable);",
            "return with(requests.subList(0, requests.size() - 1), 0);"),
    LATE_REQUEST_ACQUIRES(
            "A request that its cancel overtook acquires the lock for nobody.",
            "LockHandler",
            "return over ? new Cancelled(Undone.NOTHING) : forestall(session, target);",
            "return over ? new Cancelled(Undone.NOTHING) : new Cancelled(Undone.UNSEEN);"),
    LOST_AND_TAKEN_FOR_ONES_OWN(
            "curator#1121: what a former session lost passes for the new one's own.",
            "Queues",
            "want.mode() == Mode.PERMITS ? null : lock.heldBy(owner);",
            "lock.holds().stream().filter(Hold::lost).findFirst().orElse(lock.heldBy(owner));"),
    DELAY_IN_MEMORY(
            "The lock-delay is not in the snapshot: after a restart the lock is free at once.",
            "SnapshotCodec",
            "out.number(hold.lostUntilMillis());",
            "out.number(hold.lostUntilMillis() == 0 ? 0 : 1);"),
    ANSWERS_IN_MEMORY(
            "The answers are not in the snapshot: a repeated request takes effect twice.",
            "SnapshotCodec",
            "out.list(session.requests().entries(), entry -> {",
            "out.list(session.requests().entries().stream().filter(one -> one.waiting()).toList(), entry -> {"),
    TOKENS_FROM_A_COUNTER(
            "etcd#16028: tokens do not carry the log index, and a restart gives old ones out again.",
            "State",
            "return Token.of(epoch, index);",
            "return Token.of(epoch, stamps++);\n    }\n    private long stamps = 1;\n    static {"),
    EPOCH_FORGOTTEN(
            "etcd#16028: the epoch that a restore raised is not in the next snapshot.",
            "SnapshotCodec",
            "out.number(view.epoch());",
            "out.number(0);"),
    TIME_OF_THE_ENTRY(
            "The state takes the time of each entry, and it goes back under a new primary.",
            "Namespace",
            "state.timeMillis = Math.max(state.timeMillis, timeMillis);",
            "state.timeMillis = timeMillis;"),
    EARLY_TIME_OUT(
            "A wait ends when somebody proposes it, due or not.",
            "LockHandler",
            "if (waiter.deadlineMillis() > state.timeMillis) {",
            "if (waiter.deadlineMillis() < 0) {"),
    ACTED_TWICE(
            "A request that comes twice takes effect twice.",
            "Namespace",
            "if (known != null) {",
            "if (known != null && known.waiting()) {"),
    HERD("A release lets in everybody who waits.", "Queues", "!(first && lock.fits(units(want)))", "!first"),
    READERS_OVERTAKE(
            "Readers join readers past a waiting writer, who starves.",
            "Queues",
            "(lock.queue().isEmpty() && lock.fits(units(want)))",
            "lock.fits(units(want))"),
    HALF_OF_ALL(
            "A request for several names takes those that are free.",
            "LockHandler",
            "if (closed == null) {",
            "if (closed == null || closed != wants.getFirst()) {"),
    ANY_TOKEN_RELEASES(
            "A release with the token of a former grant ends the present one.",
            "Lock",
            "if (hold.token() == token && !hold.lost()",
            "if (!hold.lost()"),
    READER_BECOMES_WRITER(
            "A reader that asks to write enters its own reading again.",
            "LockRules",
            "if (held.mode() == Mode.SHARED && want.mode() == Mode.EXCLUSIVE) {",
            "if (held.mode() == Mode.LEADER && want.mode() == Mode.SHARED) {"),
    OLDEST_GIVES_WAY(
            "In a deadlock the oldest session gives way: it may do so for ever.",
            "Deadlocks",
            "return difference > 0 ||",
            "return difference < 0 ||"),
    DEADLOCK_BEHIND_A_QUEUE(
            "The search for deadlocks looks at holders, and not at those who are served first.",
            "Deadlocks",
            "for (int i = Math.max(from, 0); i < to; i++) {",
            "for (int i = to; i < to; i++) {"),
    GRANT_NOT_PASSED_ON(
            "A waiter that leaves its queue does not let those behind it move up.",
            "Queues",
            "serve(waiter.wants().stream().map(Want::name).toList());",
            "if (waiter.ticket() == 0) serve(waiter.wants().stream().map(Want::name).toList());"),
    FILES_OUTLIVE_SESSIONS(
            "Ephemeral files stay when their session ends.",
            "SessionHandler",
            "if (file != null) {",
            "if (file != null && file.directory()) {"),
    CROWDED_QUEUE(
            "Nobody counts the waiters of one queue.",
            "LockRules",
            "if (state.lock(want).queue().size() >= limits.waitersPerName()) {",
            "if (state.lock(want).queue().size() > 1_000_000) {");

    private final String mistake;
    private final String type;
    private final String right;
    private final String wrong;

    PlantedBug(String mistake, String type, String right, String wrong) {
        this.mistake = mistake;
        this.type = type;
        this.right = right;
        this.wrong = wrong;
    }

    String mistake() {
        return mistake;
    }

    String type() {
        return type;
    }

    /// The source with the mistake in it.
    String plantedIn(String source) {
        int at = source.indexOf(right);
        if (at < 0 || source.indexOf(right, at + 1) >= 0) {
            throw new AssertionError(name() + " wants to stand once in " + type + ", in the place of: " + right);
        }
        return source.substring(0, at) + wrong + source.substring(at + right.length());
    }
}
