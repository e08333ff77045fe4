namespace CdcEmbedded;

/// <summary>Reads <c>"Reconnect": "None"</c>.</summary>
internal sealed class ReconnectPolicyConverter : NamedValueConverter<ReconnectPolicy>
{
    protected override string Allowed => "Default, None, or an object with InitialDelay, MaxDelay and so on";

    protected override ReconnectPolicy? Find(string name)
        => Is(name, nameof(ReconnectPolicy.Default)) ? ReconnectPolicy.Default
            : Is(name, nameof(ReconnectPolicy.None)) ? ReconnectPolicy.None
            : null;
}
