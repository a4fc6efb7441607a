package io.covenant.transactions.participant.local;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.initiator.TransactionIds;
import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.BranchMemory;
import io.covenant.transactions.participant.BranchRefusedException;
import io.covenant.transactions.participant.BranchWork;
import io.covenant.transactions.participant.PreparableDataSourceTransactionManager;
import io.covenant.transactions.participant.ReservationGoneException;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.tcc.Settlement;
import io.covenant.transactions.tcc.TryAnswer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.jdbc.core.JdbcTemplate;

/// A small participant for tests: items of which some are held, an executor over plain JDBC, and eyes on the rows.
final class Store implements AutoCloseable {

    static final Duration ENOUGH = Duration.ofSeconds(20);

    private static final String TABLES = """
            create table if not exists item (sku text primary key, free int not null check (free >= 0));
            create table if not exists hold (gid text primary key, sku text not null, quantity int not null);
            create table if not exists sold (gid text primary key, sku text not null, quantity int not null);
            """;

    private final TestDatabase database;
    private final HikariDataSource working;
    private final HikariDataSource beside;
    private final PreparableDataSourceTransactionManager transactions;
    private final LocalExecutor executor;
    private final JdbcTemplate jdbc;

    Store(TestDatabase database) {
        this(database, LocalLimits.defaults(), CrashPoints.none());
    }

    Store(TestDatabase database, LocalLimits limits, CrashPoints crashPoints) {
        this.database = database;
        if (outside()
                .queryForList("select 1 from pg_tables where tablename = 'branch_local'")
                .isEmpty()) {
            database.migrate(script("/db/transactions/V1__branches.sql"));
            database.migrate(script("/db/transactions/V2__local_branches.sql"));
            database.migrate(TABLES);
        }
        working = pool(database, 8);
        beside = pool(database, 4);
        transactions = new PreparableDataSourceTransactionManager(working);
        executor = new LocalExecutor(
                transactions,
                beside,
                limits,
                new BranchMemory(Duration.ofDays(7), InstantSource.system()),
                crashPoints,
                LocalMetrics.none());
        jdbc = new JdbcTemplate(working);
    }

    private static HikariDataSource pool(TestDatabase database, int size) {
        var config = new HikariConfig();
        config.setJdbcUrl(database.jdbcUrl());
        config.setUsername(database.runtimeUsername());
        config.setPassword(database.runtimePassword());
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(8000);
        return new HikariDataSource(config);
    }

    private static String script(String resource) {
        try (var in = Store.class.getResourceAsStream(resource)) {
            return new String(java.util.Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static BranchId branch() {
        return new BranchId(
                TransactionIds.next(), new Attempt(ThreadLocalRandom.current().nextLong()), "store");
    }

    /// A branch of a transaction that was named so long ago.
    static BranchId branchFrom(java.time.Instant named) {
        var id = new UUID(
                named.toEpochMilli() << 16 | 0x7000,
                0x8000000000000000L | ThreadLocalRandom.current().nextLong(1L << 60));
        return new BranchId(new TransactionId(id), new Attempt(1), "store");
    }

    LocalExecutor executor() {
        return executor;
    }

    PreparableDataSourceTransactionManager transactions() {
        return transactions;
    }

    HikariDataSource beside() {
        return beside;
    }

    /// Statements inside the branch that the thread works on, or outside of any.
    JdbcTemplate jdbc() {
        return jdbc;
    }

    /// Statements as an administrator.
    JdbcTemplate outside() {
        return new JdbcTemplate(database.superuser());
    }

    Store with(String sku, int free) {
        outside()
                .update(
                        "insert into item values (?, ?) on conflict (sku) do update set free = excluded.free",
                        sku,
                        free);
        return this;
    }

    LocalAnswer<TryAnswer> reserve(BranchId branch, String sku) {
        return reserve(branch, ENOUGH, work -> hold(work, sku));
    }

    LocalAnswer<TryAnswer> reserve(BranchId branch, Duration timeLeft, TryWork work) {
        return executor.reserve(branch, "take", timeLeft, work);
    }

    LocalAnswer<Settlement> confirm(BranchId branch) {
        return executor.settle(branch, Decision.COMMIT, settling());
    }

    LocalAnswer<Settlement> cancel(BranchId branch) {
        return executor.settle(branch, Decision.ABORT, settling());
    }

    LocalAnswer<SagaAnswer> act(BranchId branch, String sku) {
        return executor.act(branch, "take", false, work -> sell(work, sku));
    }

    LocalAnswer<SagaAnswer> undo(BranchId branch) {
        return executor.undo(branch, "take", this::unsell);
    }

    SettlingWork settling() {
        return (_, decision) -> switch (decision) {
            case COMMIT -> this::sellHeld;
            case ABORT -> this::giveBack;
        };
    }

    boolean hold(Branch branch, String sku) {
        takeOne(sku);
        jdbc.update("insert into hold values (?, ?, 1)", branch.id().gid(), sku);
        return true;
    }

    private void takeOne(String sku) {
        if (jdbc.update("update item set free = free - 1 where sku = ? and free > 0", sku) == 0) {
            throw new BranchRefusedException("out-of-stock", "There is none.");
        }
    }

    private void sellHeld(Branch branch) {
        var gid = branch.id().gid();
        if (jdbc.update("insert into sold select * from hold where gid = ?", gid) == 0) {
            throw new ReservationGoneException("nothing is held");
        }
        jdbc.update("delete from hold where gid = ?", gid);
    }

    private void giveBack(Branch branch) {
        giveBackFrom("hold", branch);
    }

    void sell(Branch branch, String sku) {
        takeOne(sku);
        jdbc.update("insert into sold values (?, ?, 1)", branch.id().gid(), sku);
    }

    void unsell(Branch branch) {
        giveBackFrom("sold", branch);
    }

    private void giveBackFrom(String table, Branch branch) {
        var gid = branch.id().gid();
        jdbc.update(
                "update item set free = free + quantity from %s t where t.sku = item.sku and t.gid = ?"
                        .formatted(table),
                gid);
        jdbc.update("delete from %s where gid = ?".formatted(table), gid);
    }

    int free(String sku) {
        return number("select free from item where sku = ?", sku);
    }

    int held(BranchId branch) {
        return number("select count(*) from hold where gid = ?", branch.gid());
    }

    int sold(BranchId branch) {
        return number("select count(*) from sold where gid = ?", branch.gid());
    }

    int hazards(BranchId branch) {
        return number("select count(*) from branch_hazard where gid = ?", branch.gid());
    }

    /// The barrier rows of a branch, such as `WORK`, `CANCEL`.
    List<String> rows(BranchId branch) {
        return outside()
                .query(
                        "select kind from branch_local where gid = ? order by op desc",
                        (row, _) -> row.getString(1),
                        branch.gid());
    }

    private int number(String sql, String parameter) {
        var number = outside().queryForObject(sql, Integer.class, parameter);
        return number == null ? -1 : number;
    }

    /// Work that waits for a sign in the middle.
    static BranchWork waiting(Gate gate, BranchWork work) {
        return branch -> {
            gate.pass();
            work.run(branch);
        };
    }

    @Override
    public void close() {
        working.close();
        beside.close();
    }
}
