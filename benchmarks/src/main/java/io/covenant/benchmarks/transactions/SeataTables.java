package io.covenant.benchmarks.transactions;

import java.sql.SQLException;

/// The tables of Seata 2.0.0 for PostgreSQL: its coordinator's store, and the undo logs of its clients. Keys of locks
/// are longer here than in its scripts, where those of two columns do not fit.
final class SeataTables {

    private static final String GLOBAL = """
        create table if not exists global_table (
            xid varchar(128) primary key, transaction_id bigint, status smallint not null, application_id varchar(32),
            transaction_service_group varchar(32), transaction_name varchar(128), timeout int, begin_time bigint,
            application_data varchar(2000), gmt_create timestamp(0), gmt_modified timestamp(0));
        create index if not exists idx_global_table_status_gmt_modified on global_table (status, gmt_modified);
        create index if not exists idx_global_table_transaction_id on global_table (transaction_id)
        """;

    private static final String BRANCH = """
        create table if not exists branch_table (
            branch_id bigint primary key, xid varchar(128) not null, transaction_id bigint, resource_group_id varchar(32),
            resource_id varchar(256), branch_type varchar(8), status smallint, client_id varchar(64),
            application_data varchar(2000), gmt_create timestamp(6), gmt_modified timestamp(6));
        create index if not exists idx_branch_table_xid on branch_table (xid)
        """;

    private static final String LOCK = """
        create table if not exists lock_table (
            row_key varchar(256) primary key, xid varchar(128), transaction_id bigint, branch_id bigint not null,
            resource_id varchar(256), table_name varchar(32), pk varchar(128), status smallint not null default 0,
            gmt_create timestamp(0), gmt_modified timestamp(0));
        create index if not exists idx_lock_table_branch_id on lock_table (branch_id);
        create index if not exists idx_lock_table_xid on lock_table (xid);
        create index if not exists idx_lock_table_status on lock_table (status)
        """;

    private static final String DISTRIBUTED_LOCK = """
        create table if not exists distributed_lock (
            lock_key varchar(20) primary key, lock_value varchar(20) not null, expire bigint not null);
        insert into distributed_lock values
            ('AsyncCommitting', ' ', 0), ('RetryCommitting', ' ', 0), ('RetryRollbacking', ' ', 0),
            ('TxTimeoutCheck', ' ', 0)
        on conflict do nothing
        """;

    private static final String UNDO = """
        create table if not exists undo_log (
            id serial primary key, branch_id bigint not null, xid varchar(128) not null, context varchar(128) not null,
            rollback_info bytea not null, log_status int not null, log_created timestamp(0), log_modified timestamp(0),
            constraint ux_undo_log unique (xid, branch_id));
        create index if not exists idx_undo_log_created on undo_log (log_created)
        """;

    private SeataTables() {}

    static void create(Databases databases) throws SQLException {
        databases.seata().define(GLOBAL, BRANCH, LOCK, DISTRIBUTED_LOCK);
        databases.orders().define(UNDO);
        databases.inventory().define(UNDO);
    }

    /// Whether nothing is under way, clearing up included. Rows of transactions that have ended lie about for minutes.
    static boolean areEmpty(Databases databases) throws SQLException {
        return databases.seata().number("select count(*) from branch_table") == 0
                && databases.orders().number("select count(*) from undo_log") == 0
                && databases.inventory().number("select count(*) from undo_log") == 0;
    }
}
