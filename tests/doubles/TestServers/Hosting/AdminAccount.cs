namespace CdcEmbedded.TestServers.Hosting;

/// <summary>The administrator of the rig's own servers, which listen on the loopback address only and hold nothing of value.</summary>
internal static class AdminAccount
{
    public const string User = "root";
    public const string Password = "rig-admin-1";
}
