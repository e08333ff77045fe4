namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>A statement cannot be understood for certain: the table that it changes is unknown from there on. Never
/// leaves the library.</summary>
internal sealed class SqlUnreadableException(string reason) : Exception(reason);
