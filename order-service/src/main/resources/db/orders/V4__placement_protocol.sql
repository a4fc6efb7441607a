-- Who decides about a transaction depends on how it is committed: whoever asks what became of it has to say so.
alter table placement
    add column protocol text not null default 'TWO_PHASE'
        check (protocol in ('TWO_PHASE', 'THREE_PHASE', 'PAXOS_COMMIT', 'TCC', 'SAGA'));

alter table placement alter column protocol drop default;
