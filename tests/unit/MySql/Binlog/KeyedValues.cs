using System.Text;

namespace CdcEmbedded.MySql.Tests.Binlog;

/// <summary>The members of a JSON object in MySQL's order: by the length of their names in UTF-8, then by their bytes.</summary>
internal sealed class KeyedValues() : SortedDictionary<string, object?>(Comparer<string>.Create(Compare))
{
    private static int Compare(string left, string right)
    {
        var (a, b) = (Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));
        return a.Length != b.Length ? a.Length - b.Length : a.AsSpan().SequenceCompareTo(b);
    }
}
