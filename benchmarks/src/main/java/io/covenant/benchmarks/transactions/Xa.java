package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.measure.Ending;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.postgresql.xa.PGXADataSource;

/// A transaction manager of the JTA in this process, over the XA resources of PostgreSQL's driver: both branches
/// run the statements of the floor, one after the other, since such a transaction belongs to a thread.
final class Xa implements Contestant {

    private final Product product;
    private final ForcedFiles log;

    /// @param directory of the product's log
    Xa(Product product, Path directory) {
        this.product = product;
        this.log = new ForcedFiles(directory);
    }

    /// What differs from one transaction manager to the other.
    ///
    /// @param begin     begins a transaction of this thread
    /// @param commit    commits it in both databases, or throws
    /// @param orders    gives connections that take part in this thread's transaction
    /// @param inventory gives such connections as well
    record Product(
            String name,
            String description,
            Step begin,
            Step commit,
            Step rollback,
            DataSource orders,
            DataSource inventory,
            Runnable closing) {}

    /// A call of a transaction manager; those of `javax` and of `jakarta` have no type in common.
    @FunctionalInterface
    interface Step {

        void run() throws Exception;
    }

    /// Physical connections as the floor has them.
    static PGXADataSource physical(Database database, String user) {
        var source = new PGXADataSource();
        source.setUrl(database.jdbcUrl(user));
        source.setUser(database.database().runtime().name());
        source.setPassword(database.database().runtime().password());
        source.setOptions("-c lock_timeout=" + Database.LOCK_TIMEOUT.toMillis());
        return source;
    }

    @Override
    public String name() {
        return product.name();
    }

    @Override
    public String description() {
        return product.description();
    }

    @Override
    public Durability durability() {
        return Durability.FORCED;
    }

    @Override
    public Ending place(Purchase purchase) throws Exception {
        product.begin().run();
        boolean agreed = false;
        try {
            agreed = works(product.orders(), purchase, Statements::create)
                    && works(product.inventory(), purchase, Statements::reserve);
        } finally {
            if (!agreed) {
                product.rollback().run();
            }
        }
        if (agreed) {
            product.commit().run();
        }
        return agreed ? Ending.COMMITTED : Ending.REFUSED;
    }

    private static boolean works(DataSource database, Purchase purchase, HandWritten.Branch branch)
            throws SQLException {
        try (Connection connection = database.getConnection()) {
            return branch.work(connection, purchase);
        } catch (SQLException e) {
            if (Statements.LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    /// It forgets what has ended.
    @Override
    public OptionalLong decisions() {
        return OptionalLong.empty();
    }

    @Override
    public long forcedLogs() throws InterruptedException {
        return log.count();
    }

    @Override
    public SequencedMap<String, ProcessHandle> processes() {
        return new TreeMap<>();
    }

    @Override
    public void close() {
        product.closing().run();
        log.close();
    }
}
