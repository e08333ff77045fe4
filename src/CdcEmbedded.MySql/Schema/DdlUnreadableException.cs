namespace CdcEmbedded.MySql.Schema;

/// <summary>A statement cannot be understood for certain: the table that it changes is unknown from there on. Never leaves this folder.</summary>
internal sealed class DdlUnreadableException(string reason) : Exception(reason);
