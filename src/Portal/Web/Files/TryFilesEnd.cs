using System.Globalization;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Files;

/// <summary>What becomes of a request for which none of <c>tryFiles</c> is there: one of the three.</summary>
/// <param name="IsForwarded"><c>@to</c>: it goes on to the targets.</param>
/// <param name="Status"><c>=404</c>: the status that it is answered with; null where it is not.</param>
/// <param name="Uri">Another URI that it is taken for; null where it is not.</param>
internal sealed record TryFilesEnd(bool IsForwarded, int? Status, WebTemplate? Uri)
{
    public static TryFilesEnd Parse(string text)
    {
        if (text == WebRoute.TryTarget)
        {
            return new TryFilesEnd(IsForwarded: true, Status: null, Uri: null);
        }

        return text.StartsWith('=')
            ? new TryFilesEnd(IsForwarded: false, int.Parse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture), Uri: null)
            : new TryFilesEnd(IsForwarded: false, Status: null, FilesTemplate.Parse(text));
    }
}
