namespace CdcEmbedded.MongoDb.Tests.Double;

/// <summary>An official client cannot be had on this machine: a reason to skip, unless <c>CDC_REQUIRE_SERVERS=1</c>.</summary>
internal sealed class ClientUnavailableException(string message) : Exception(message);
