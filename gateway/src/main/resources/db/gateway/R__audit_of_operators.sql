-- What operators did is chained, see R__audit_chain.sql.
select chain_audit('cluster_audit');
