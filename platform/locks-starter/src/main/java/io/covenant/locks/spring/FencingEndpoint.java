package io.covenant.locks.spring;

import io.covenant.locks.fencing.FenceRefusal;
import io.covenant.locks.fencing.FencingGuard;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/// Shows operators who came to a resource with a token that was too old: `/actuator/fencing?limit=100`.
@Endpoint(id = "fencing")
public final class FencingEndpoint {

    private static final int USUALLY = 100;
    private static final int MOST = 1_000;

    private final DataSource dataSource;
    private final FencingGuard guard;

    FencingEndpoint(DataSource dataSource, FencingGuard guard) {
        this.dataSource = dataSource;
        this.guard = guard;
    }

    /// @param refusals the latest first
    public record Audit(List<FenceRefusal> refusals) {}

    @ReadOperation
    public Audit audit(@Nullable Integer limit) throws SQLException {
        int most = limit == null ? USUALLY : Math.clamp(limit, 1, MOST);
        try (var connection = dataSource.getConnection()) {
            return new Audit(guard.refusals(connection, most));
        }
    }
}
