namespace CdcEmbedded;

/// <summary>Reads <c>"CommitPolicy": "EachTransaction"</c>.</summary>
internal sealed class CommitPolicyConverter : NamedValueConverter<CommitPolicy>
{
    protected override string Allowed => "Default, Always, EachTransaction, Never, or an object with Changes, Interval and so on";

    protected override CommitPolicy? Find(string name)
        => Is(name, nameof(CommitPolicy.Default)) ? CommitPolicy.Default
            : Is(name, nameof(CommitPolicy.Always)) ? CommitPolicy.Always
            : Is(name, nameof(CommitPolicy.EachTransaction)) ? CommitPolicy.EachTransaction
            : Is(name, nameof(CommitPolicy.Never)) ? CommitPolicy.Never
            : null;
}
