namespace CdcEmbedded.CrashReader;

/// <summary>A fault that the test ordered: of a store, or of the application's own loop body.</summary>
public sealed class OrderedFaultException(string message) : Exception(message);
