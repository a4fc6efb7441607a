package io.covenant.benchmarks.transactions;

import com.alibaba.druid.pool.DruidDataSource;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.covenant.benchmarks.measure.KeepAliveClient;
import io.seata.core.context.RootContext;
import io.seata.core.model.BranchType;
import io.seata.rm.DefaultResourceManager;
import io.seata.rm.RMClient;
import io.seata.rm.datasource.DataSourceProxy;
import io.seata.rm.datasource.xa.DataSourceProxyXA;
import io.seata.rm.tcc.TCCResource;
import io.seata.rm.tcc.api.BusinessActionContext;
import io.seata.tm.TMClient;
import io.seata.tm.api.GlobalTransaction;
import io.seata.tm.api.GlobalTransactionContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executors;
import javax.sql.DataSource;

/// A service that takes part in Seata's transactions, as lean as it can be: no framework, no JPA, the statements of the
/// floor. The one with the orders begins the transactions, and calls the one with the stock over HTTP.
///
/// A program of its own, on the class path of Seata.
public final class SeataService {

    static final String GROUP = "benchmark";
    static final String COMMITTED = "committed";
    static final String REFUSED = "refused";

    private static final String XID = "Seata-Xid";
    private static final int TIME_OUT_MILLIS = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Role role;
    private final DataSource plain;
    private final DataSource xa;
    private final DataSource at;
    private final KeepAliveClient inventory;

    /// What a process is for.
    enum Role {
        ORDERS,
        INVENTORY;

        private boolean works(Connection connection, Purchase purchase) throws SQLException {
            return switch (this) {
                case ORDERS -> Statements.create(connection, purchase);
                case INVENTORY -> Statements.reserve(connection, purchase);
            };
        }

        private boolean tries(Connection connection, String branch, Purchase purchase) throws SQLException {
            return switch (this) {
                case ORDERS -> Holds.tryOrder(connection, branch, purchase);
                case INVENTORY -> Holds.tryStock(connection, branch, purchase);
            };
        }

        private void confirms(Connection connection, String branch) throws SQLException {
            switch (this) {
                case ORDERS -> Holds.confirmOrder(connection, branch);
                case INVENTORY -> Holds.confirmStock(connection, branch);
            }
        }

        private void cancels(Connection connection, String branch) throws SQLException {
            switch (this) {
                case ORDERS -> Holds.cancelOrder(connection, branch);
                case INVENTORY -> Holds.cancelStock(connection, branch);
            }
        }
    }

    private SeataService(Role role, DruidDataSource database, int inventoryPort) {
        this.role = role;
        this.plain = database;
        this.xa = new DataSourceProxyXA(database);
        this.at = new DataSourceProxy(database);
        this.inventory = new KeepAliveClient(inventoryPort, PATIENCE);
    }

    /// @param arguments role, own port, the inventory's port, the database's URL, user, password, connections
    public static void main(String[] arguments) throws Exception {
        Role role = Role.valueOf(arguments[0]);
        TMClient.init("benchmark-" + role, GROUP);
        RMClient.init("benchmark-" + role, GROUP);
        var database = new DruidDataSource();
        int connections = Integer.parseInt(arguments[6]);
        database.setUrl(arguments[3]);
        database.setUsername(arguments[4]);
        database.setPassword(arguments[5]);
        database.setInitialSize(connections);
        database.setMinIdle(connections);
        database.setMaxActive(connections);
        database.setTestWhileIdle(false);
        var service = new SeataService(role, database, Integer.parseInt(arguments[2]));
        service.registerReservations();
        service.listen(Integer.parseInt(arguments[1]));
    }

    private void listen(int port) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_024);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/place", exchange -> answer(exchange, this::place));
        server.createContext(
                "/work",
                exchange -> answer(exchange, request -> {
                    RootContext.bind(exchange.getRequestHeaders().getFirst(XID));
                    try {
                        return works(request) ? COMMITTED : REFUSED;
                    } finally {
                        RootContext.unbind();
                    }
                }));
        server.createContext("/ready", exchange -> answer(exchange, _ -> COMMITTED));
        server.start();
    }

    /// One order, in the words between processes.
    record Request(SeataMode mode, Purchase purchase) {

        String text() {
            return String.join(" ", mode.name(), purchase.order().toString(), purchase.customer(), purchase.sku());
        }

        static Request of(String text) {
            String[] words = text.split(" ", -1);
            return new Request(
                    SeataMode.valueOf(words[0]), new Purchase(UUID.fromString(words[1]), words[2], words[3]));
        }
    }

    @FunctionalInterface
    private interface Handling {
        String handle(Request request) throws Exception;
    }

    private static void answer(HttpExchange exchange, Handling handling) throws IOException {
        try (exchange) {
            String text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            int status = 200;
            String answer;
            try {
                answer = handling.handle(text.isEmpty() ? ready() : Request.of(text));
            } catch (Exception e) {
                status = 500;
                answer = e.toString();
            }
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static Request ready() {
        return new Request(SeataMode.XA, new Purchase(new UUID(0, 0), "", ""));
    }

    /// Runs one transaction: orders here, stock there.
    private String place(Request request) throws Exception {
        GlobalTransaction transaction = GlobalTransactionContext.createNew();
        transaction.begin(TIME_OUT_MILLIS, "place-order");
        boolean agreed = false;
        try {
            agreed = works(request) && worksThere(request, transaction.getXid());
        } finally {
            if (!agreed) {
                transaction.rollback();
            }
        }
        if (agreed) {
            transaction.commit();
        }
        return agreed ? COMMITTED : REFUSED;
    }

    private boolean worksThere(Request request, String xid) throws IOException {
        var answer = inventory.post("/work", request.text(), Map.of(XID, xid));
        if (answer.status() != 200) {
            throw new IOException(answer.toString());
        }
        return answer.body().equals(COMMITTED);
    }

    private boolean works(Request request) throws Exception {
        return switch (request.mode()) {
            case XA -> inBranch(xa, request.purchase());
            case AT -> inBranch(at, request.purchase());
            case TCC -> reserves(request.purchase());
        };
    }

    /// Seata's connections register the branch, and prepare it or write its undo log, when they commit.
    private boolean inBranch(DataSource database, Purchase purchase) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                boolean agreed = role.works(connection, purchase);
                if (agreed) {
                    connection.commit();
                } else {
                    connection.rollback();
                }
                return agreed;
            } catch (SQLException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }

    // ---- try, confirm, cancel

    private void registerReservations() throws NoSuchMethodException {
        var resource = new TCCResource();
        resource.setActionName(action());
        resource.setAppName("benchmark-" + role);
        resource.setTargetBean(this);
        resource.setPrepareMethod(SeataService.class.getMethod("commit", BusinessActionContext.class));
        resource.setCommitMethodName("commit");
        resource.setCommitMethod(SeataService.class.getMethod("commit", BusinessActionContext.class));
        resource.setRollbackMethodName("rollback");
        resource.setRollbackMethod(SeataService.class.getMethod("rollback", BusinessActionContext.class));
        Class<?>[] context = {BusinessActionContext.class};
        resource.setCommitArgsClasses(context);
        resource.setRollbackArgsClasses(context);
        resource.setPhaseTwoCommitKeys(new String[] {null});
        resource.setPhaseTwoRollbackKeys(new String[] {null});
        DefaultResourceManager.get().registerResource(resource);
    }

    private String action() {
        return "reserve-" + role;
    }

    private boolean reserves(Purchase purchase) throws Exception {
        String xid = Objects.requireNonNull(RootContext.getXID());
        long branch = DefaultResourceManager.get()
                .branchRegister(BranchType.TCC, action(), null, xid, "{\"actionContext\":{}}", null);
        return locally(connection -> role.tries(connection, name(xid, branch), purchase));
    }

    /// Called by Seata, to confirm.
    public boolean commit(BusinessActionContext context) throws SQLException {
        return locally(connection -> {
            role.confirms(connection, name(context.getXid(), context.getBranchId()));
            return true;
        });
    }

    /// Called by Seata, to cancel.
    public boolean rollback(BusinessActionContext context) throws SQLException {
        return locally(connection -> {
            role.cancels(connection, name(context.getXid(), context.getBranchId()));
            return true;
        });
    }

    private static String name(String xid, long branch) {
        return xid + ":" + branch;
    }

    @FunctionalInterface
    private interface Local {
        boolean work(Connection connection) throws SQLException;
    }

    private boolean locally(Local work) throws SQLException {
        try (Connection connection = plain.getConnection()) {
            connection.setAutoCommit(false);
            try {
                boolean done = work.work(connection);
                if (done) {
                    connection.commit();
                } else {
                    connection.rollback();
                }
                return done;
            } catch (SQLException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        }
    }
}
