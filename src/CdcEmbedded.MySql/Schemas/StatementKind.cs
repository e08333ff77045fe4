namespace CdcEmbedded.MySql.Schemas;

/// <summary>What a statement in a QUERY event means for the stream.</summary>
internal enum StatementKind
{
    /// <summary>A statement that commits by itself and changes no rows by its text: DDL, GRANT, FLUSH and the like.</summary>
    Other,

    /// <summary>BEGIN: a transaction's rows follow.</summary>
    Begin,

    /// <summary>COMMIT: ends a transaction of tables without transactions.</summary>
    Commit,

    /// <summary>ROLLBACK: the transaction's rows do not count.</summary>
    Rollback,

    /// <summary>SAVEPOINT, RELEASE SAVEPOINT: a mark inside a transaction.</summary>
    Savepoint,

    /// <summary>ROLLBACK TO: rows after the mark do not count.</summary>
    RollbackToSavepoint,

    /// <summary>XA START: begins like <see cref="Begin"/>.</summary>
    XaStart,

    /// <summary>XA END: the rows are complete, the XA_PREPARE event follows.</summary>
    XaEnd,

    /// <summary>XA COMMIT of a prepared transaction; with ONE PHASE an ordinary commit.</summary>
    XaCommit,

    /// <summary>XA ROLLBACK of a prepared transaction.</summary>
    XaRollback,

    /// <summary>TRUNCATE TABLE.</summary>
    Truncate,

    /// <summary>CREATE TABLE … START TRANSACTION: MySQL 8.0.21 and later log CREATE TABLE … SELECT so; its rows and
    /// an XID follow.</summary>
    CreateTableThenRows,

    /// <summary>INSERT, UPDATE, DELETE, REPLACE, LOAD DATA, CALL, SELECT of a routine, CREATE TABLE … SELECT: rows changed by a statement
    /// instead of row events.</summary>
    RowsByStatement,
}
