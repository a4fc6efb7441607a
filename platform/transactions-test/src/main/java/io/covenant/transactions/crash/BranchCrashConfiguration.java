package io.covenant.transactions.crash;

import io.covenant.transactions.CrashPoints;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import tools.jackson.databind.json.JsonMapper;

/// Has the participant die where [BranchCrashes] says.
@Configuration(proxyBeanMethods = false)
class BranchCrashConfiguration {

    @Bean
    CrashPoints.Rearmed rearmedCrashPoints() {
        return CrashPoints.rearmed();
    }

    @Bean
    BranchCrashes branchCrashes(
            CrashPoints.Rearmed crashPoints,
            JdbcConnectionDetails database,
            List<DataSource> pools,
            JsonMapper mapper,
            Environment environment) {
        return new BranchCrashes(new Death(crashPoints, database, pools), new Doors(environment, mapper));
    }
}
