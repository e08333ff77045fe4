using System.Text;
using System.Text.RegularExpressions;

namespace CdcEmbedded.Transforms;

/// <summary>A new name in which each <c>*</c> stands for what a wildcard of a pattern matched.</summary>
internal sealed class NewName
{
    private readonly string[] _parts;
    private readonly int _first;

    /// <param name="text">The name.</param>
    /// <param name="first">The number of the pattern's wildcards that other names took.</param>
    public NewName(string text, int first)
    {
        _parts = text.Split('*');
        _first = first;
    }

    public int Wildcards => _parts.Length - 1;

    /// <exception cref="ArgumentException">The new name has more wildcards than the pattern.</exception>
    public static void Check(string newName, string pattern, int wildcards, Regex expression)
    {
        var available = expression.GetGroupNumbers().Length - 1;
        if (wildcards > available)
        {
            throw new ArgumentException($"The new name '{newName}' has {wildcards} wildcards, and the pattern '{pattern}' has {available}.",
                nameof(newName));
        }
    }

    public string Fill(Match match)
    {
        if (_parts.Length == 1)
        {
            return _parts[0];
        }

        var text = new StringBuilder(_parts[0]);
        for (var i = 1; i < _parts.Length; i++)
        {
            text.Append(match.Groups[_first + i].ValueSpan).Append(_parts[i]);
        }

        return text.ToString();
    }
}
