package io.covenant.locks.node;

import io.covenant.consensus.node.FatalHandler;
import io.covenant.consensus.transport.TransportListener;
import io.covenant.consensus.wal.DamagedException;
import io.covenant.consensus.wal.DirectoryRefusedException;
import io.covenant.web.services.Topology;
import java.io.IOException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Puts a replica into the service.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(NodeProperties.class)
class NodeConfiguration {

    @Bean
    @ConditionalOnMissingBean
    FatalHandler fatalHandler() {
        return FatalHandler.halting();
    }

    @Bean(destroyMethod = "")
    LockNode lockNode(
            NodeProperties properties,
            Topology topology,
            FatalHandler fatal,
            ObjectProvider<TransportListener> frames) {
        var options = properties.options(topology.node());
        try {
            return LockNode.open(options, fatal, frames.getIfUnique(TransportListener::none));
        } catch (DirectoryRefusedException refused) {
            throw new NodeRefusedException(
                    String.valueOf(refused.getMessage()),
                    "Is another process of this node running, or is %s another node's?".formatted(options.directory()));
        } catch (DamagedException damaged) {
            throw new NodeRefusedException(
                    String.valueOf(damaged.getMessage()),
                    "Remove %s from its group (DELETE /admin/locks/members/%s at the primary) and add it anew with an empty directory."
                            .formatted(topology.node(), topology.node()));
        } catch (IllegalArgumentException wrong) {
            throw new NodeRefusedException(
                    String.valueOf(wrong.getMessage()), "Correct the properties covenant.node and covenant.locks.*");
        } catch (IOException failure) {
            throw new NodeRefusedException(
                    "%s does not start: %s".formatted(topology.node(), failure),
                    "See that %s can be written and that %s is free."
                            .formatted(options.directory(), properties.peers().get(topology.node())));
        }
    }

    @Bean
    NodeLife nodeLife(LockNode node) {
        return new NodeLife(node);
    }

    @Bean
    NodeRetirement nodeRetirement(LockNode node) {
        return new NodeRetirement(node);
    }
}
