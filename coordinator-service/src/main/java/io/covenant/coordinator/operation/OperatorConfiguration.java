package io.covenant.coordinator.operation;

import io.covenant.coordinator.database.ImpatientDataSource;
import io.covenant.coordinator.transaction.Doors;
import io.covenant.coordinator.transaction.Transactions;
import io.covenant.web.services.ServiceClient;
import java.time.Duration;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class OperatorConfiguration {

    private static final Duration CONNECT = Duration.ofSeconds(2);

    @Bean
    OperatorStore operatorStore(DataSource database) {
        return new OperatorStore(new ImpatientDataSource(database, CONNECT));
    }

    @Bean
    ChangeStream changeStream() {
        return new ChangeStream();
    }

    @Bean
    ParticipantInsight participantInsight(ServiceClient client) {
        return new ParticipantInsight(client);
    }

    @Bean
    InDoubt inDoubt(Transactions transactions, Doors doors, ParticipantInsight participants) {
        return new InDoubt(transactions, doors, participants, InstantSource.system());
    }

    @Bean
    Resolution resolution(Doors doors, ParticipantInsight participants, OperatorStore store) {
        return new Resolution(doors, participants, store, InstantSource.system());
    }

    @Bean
    ServicePauses servicePauses(OperatorStore store, Transactions transactions) {
        return new ServicePauses(store, transactions);
    }
}
