namespace CdcEmbedded.TestServers.Hosting;

/// <summary>The administrator of the test servers, which listen only on the loopback address and hold nothing of value.</summary>
internal static class AdminAccount
{
    public const string User = "root";
    public const string Password = "rig-admin-1";
}
