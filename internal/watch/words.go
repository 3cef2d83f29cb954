package watch

// words are the page's, by key. Both languages have every key.
func words(lang string) map[string]string {
	if lang == "en" {
		return map[string]string{
			"title": "Scan folder", "other": "Tiếng Việt", "otherLang": "vi", "code": "Code", "enter": "Open", "skip": "Skip to content",
			"codeHelp": "Open the link that the agent shows in its window, or type the code behind # in it.", "wrong": "That is not the code of the agent that runs now.",
			"folder": "Folder", "server": "Server", "unit": "Unit", "online": "The server answers", "offline": "The server does not answer; files wait here", "starting": "Connecting",
			"writing": "Being written", "waiting": "Waiting", "sent": "Sent", "checking": "Being checked", "rejected": "Rejected",
			"sending": "Now sending", "error": "Last error", "next": "Next try at", "now": "Send now", "recent": "What became of files", "none": "Nothing yet.",
			"time": "Time", "file": "File", "what": "Became", "why": "Why", "rejectedHelp": "Refused files lie in the folder rejected, each with a text that says what to do.",
			"sentWord": "sent", "rejectedWord": "rejected",
		}
	}
	return map[string]string{
		"title": "Thư mục quét", "other": "English", "otherLang": "en", "code": "Mã", "enter": "Mở", "skip": "Đến nội dung",
		"codeHelp": "Mở liên kết hiện trong cửa sổ của chương trình, hoặc nhập mã sau dấu # của liên kết.", "wrong": "Đây không phải mã của chương trình đang chạy.",
		"folder": "Thư mục", "server": "Máy chủ", "unit": "Đơn vị", "online": "Máy chủ đang trả lời", "offline": "Máy chủ không trả lời; tệp chờ ở máy này", "starting": "Đang kết nối",
		"writing": "Đang ghi", "waiting": "Đang chờ", "sent": "Đã gửi", "checking": "Đang kiểm tra", "rejected": "Bị từ chối",
		"sending": "Đang gửi", "error": "Lỗi gần nhất", "next": "Thử lại lúc", "now": "Gửi ngay", "recent": "Kết quả từng tệp", "none": "Chưa có tệp nào.",
		"time": "Giờ", "file": "Tệp", "what": "Kết quả", "why": "Lý do", "rejectedHelp": "Tệp bị từ chối nằm trong thư mục rejected, kèm tệp chữ nói rõ việc cần làm.",
		"sentWord": "đã gửi", "rejectedWord": "bị từ chối",
	}
}
