package io.tallyflow.connectors.postgres;

/** What one commit part writes beside the ledger, as Postgres takes it. */
record RowBlocks(RowBlock usage, RowBlock adjustments, RowBlock distincts) {}
