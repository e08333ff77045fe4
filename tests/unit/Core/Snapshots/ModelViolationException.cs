namespace CdcEmbedded.Tests.Snapshots;

/// <summary>An interleaving breaks what a snapshot promises.</summary>
internal sealed class ModelViolationException(string message, Exception? inner = null) : Exception(message, inner);
