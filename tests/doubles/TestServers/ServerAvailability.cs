namespace CdcEmbedded.TestServers;

/// <summary>Decides if a machine without servers may skip the tests that need them.</summary>
public static class ServerAvailability
{
    /// <summary>The environment variable that forbids skipping: <c>CDC_REQUIRE_SERVERS=1</c>.</summary>
    public const string RequiredVariable = "CDC_REQUIRE_SERVERS";

    /// <summary>True if a missing server is a failure, as in continuous integration.</summary>
    public static bool Required => Environment.GetEnvironmentVariable(RequiredVariable) == "1";

    /// <summary>
    /// Returns the reason to skip, or null if the failure must surface: use as an exception filter around the first use of a server.
    /// </summary>
    public static string? SkipReason(Exception exception) =>
        exception is ServerUnavailableException && !Required ? exception.Message : null;
}
