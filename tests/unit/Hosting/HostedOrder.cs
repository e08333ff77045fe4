namespace CdcEmbedded.Hosting.Tests;

/// <summary>A row of the tests as a type.</summary>
[CdcRow]
public sealed partial record HostedOrder(long Id, decimal Total, string State);
