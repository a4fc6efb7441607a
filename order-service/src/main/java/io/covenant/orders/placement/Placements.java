package io.covenant.orders.placement;

import io.covenant.orders.placement.Placement.State;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.initiator.CommitProtocol;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.json.JsonMapper;

/// The table of placements. Each method is one statement and one transaction.
///
/// A placement whose order is visible *is* confirmed, whatever its row says: the branch that inserts the order need not
/// touch the placement, and what it proves is written down here later, many at a time.
@Repository
class Placements {

    private static final String SELECT = """
            select placement.id, placement.transaction_id, placement.protocol, placement.idempotency_key, placement.request_hash,
                   placement.customer, placement.refusal, placement.created_at, placement.look_at,
                   case when orders.id is null then placement.state else 'CONFIRMED' end as state
              from placement left join orders on orders.id = placement.id
            """;

    private final JdbcTemplate database;
    private final JsonMapper json;

    Placements(JdbcTemplate database, JsonMapper json) {
        this.database = database;
        this.json = json;
    }

    /// Remembers an attempt, unless its key is taken.
    ///
    /// The write is not forced to disk: nobody has been told anything yet, and if the server loses it, the key
    /// on the order itself still keeps a second order away.
    boolean claim(Placement placement) {
        return database.update(
                        """
                        with unforced as (select set_config('synchronous_commit', 'off', true))
                        insert into placement
                               (id, transaction_id, protocol, idempotency_key, request_hash, customer, state, created_at,
                                look_at)
                        select ?, ?, ?, ?, ?, ?, 'PENDING', ?, ? from unforced
                            on conflict (idempotency_key) do nothing
                        """,
                        placement.order(),
                        placement.transaction().value(),
                        placement.protocol().name(),
                        placement.idempotencyKey().orElse(null),
                        placement.requestHash().orElse(null),
                        placement.customer(),
                        at(placement.createdAt()),
                        at(placement.lookAt()))
                == 1;
    }

    Optional<Placement> find(UUID order) {
        return one(SELECT + " where placement.id = ?", order);
    }

    Optional<Placement> findByKey(String idempotencyKey) {
        return one(SELECT + " where placement.idempotency_key = ?", idempotencyKey);
    }

    /// The order that bears a key, also when no placement knows.
    Optional<UUID> orderOfKey(String idempotencyKey) {
        return database
                .query(
                        "select id from orders where idempotency_key = ?",
                        (row, _) -> row.getObject("id", UUID.class),
                        idempotencyKey)
                .stream()
                .findFirst();
    }

    /// Goes on under another transaction, unless somebody has settled the placement meanwhile.
    boolean goOn(Placement placement, TransactionId next, Instant lookAt) {
        return database.update(
                        """
                        update placement set transaction_id = ?, look_at = ?
                         where id = ? and transaction_id = ? and state = 'PENDING'
                        """,
                        next.value(),
                        at(lookAt),
                        placement.order(),
                        placement.transaction().value())
                == 1;
    }

    /// Makes sure that the placement is on disk before somebody is told to ask for it.
    void keepPending(Placement placement, Instant lookAt) {
        database.update(
                "update placement set look_at = ? where id = ? and state = 'PENDING'", at(lookAt), placement.order());
    }

    /// Settles a placement whose transaction has aborted. Its key remains taken only if the refusal is final.
    void reject(Placement placement, Refusal refusal) {
        database.update(
                """
                update placement
                   set state = 'REJECTED', refusal = ?::jsonb, idempotency_key = case when ? then idempotency_key end
                 where id = ? and transaction_id = ? and state = 'PENDING'
                """,
                json.writeValueAsString(refusal),
                Refusals.isFinal(refusal),
                placement.order(),
                placement.transaction().value());
    }

    /// Settles a placement whose transaction has committed, and whose order need not be visible yet: who was told that
    /// it is confirmed must not read otherwise.
    void confirm(Placement placement) {
        database.update(
                "update placement set state = 'CONFIRMED' where id = ? and transaction_id = ? and state = 'PENDING'",
                placement.order(),
                placement.transaction().value());
    }

    /// Settles pending placements whose order is visible.
    ///
    /// @return how many
    int confirmVisible(int most) {
        return database.update("""
                with unforced as (select set_config('synchronous_commit', 'off', true)), visible as (
                    select placement.id
                      from unforced, placement join orders using (id)
                     where placement.state = 'PENDING'
                     limit ? for update of placement skip locked
                )
                update placement set state = 'CONFIRMED' from visible where placement.id = visible.id
                """, most);
    }

    /// Takes pending placements whose time has come, for this instance to ask after; others leave them alone until
    /// `until`.
    List<Placement> takeOverdue(Instant now, Instant until, int most) {
        return database.query("""
                with unforced as (select set_config('synchronous_commit', 'off', true)), overdue as (
                    select id from unforced, placement
                     where state = 'PENDING' and look_at <= ?
                     order by look_at limit ? for update of placement skip locked
                ), taken as (
                    update placement set look_at = ? from overdue where placement.id = overdue.id returning placement.*
                )
                select * from taken
                """, (row, _) -> read(row), at(now), most, at(until));
    }

    /// Forgets settled placements that are older than this id.
    ///
    /// @return how many
    int forget(UUID olderThan, int most) {
        return database.update("""
                delete from placement
                 where id in (select id from placement where id < ? and state <> 'PENDING' order by id limit ?)
                """, olderThan, most);
    }

    /// Remembers what the key of a cancellation is for.
    ///
    /// @return the order it is for, now or since it was first used
    UUID cancellationOf(String idempotencyKey, UUID order, Instant now) {
        database.update(
                "insert into cancellation (idempotency_key, order_id, at) values (?, ?, ?) on conflict do nothing",
                idempotencyKey,
                order,
                at(now));
        return database
                .query(
                        "select order_id from cancellation where idempotency_key = ?",
                        (row, _) -> row.getObject("order_id", UUID.class),
                        idempotencyKey)
                .stream()
                .findFirst()
                .orElse(order);
    }

    /// Forgets what the keys of old cancellations were for.
    void forgetCancellations(Instant before) {
        database.update("delete from cancellation where at < ?", at(before));
    }

    private Optional<Placement> one(String sql, Object parameter) {
        return database.query(sql, (row, _) -> read(row), parameter).stream().findFirst();
    }

    private Placement read(ResultSet row) throws SQLException {
        var state = State.valueOf(row.getString("state"));
        return new Placement(
                row.getObject("id", UUID.class),
                new TransactionId(row.getObject("transaction_id", UUID.class)),
                CommitProtocol.valueOf(row.getString("protocol")),
                Optional.ofNullable(row.getString("idempotency_key")),
                Optional.ofNullable(row.getString("request_hash")),
                row.getString("customer"),
                state,
                state == State.REJECTED ? Optional.of(refusal(row.getString("refusal"))) : Optional.empty(),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("look_at", OffsetDateTime.class).toInstant());
    }

    private Refusal refusal(@Nullable String text) {
        return json.readValue(text, Refusal.class);
    }

    private static OffsetDateTime at(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
