package sample

// phrases are the rules of the grammar. Sentences, offices and projects are written for the samples; names of
// laws are those of real laws.
func phrases() map[string][]string {
	return map[string][]string{
		"law": {
			"Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015", "Luật Tổ chức chính quyền địa phương ngày 19 tháng 02 năm 2025",
			"Luật Đất đai ngày 18 tháng 01 năm 2024", "Luật Xây dựng ngày 18 tháng 6 năm 2014", "Luật Đầu tư công ngày 13 tháng 6 năm 2019",
			"Luật Ngân sách nhà nước ngày 25 tháng 6 năm 2015", "Luật Bảo vệ môi trường ngày 17 tháng 11 năm 2020", "Luật Hộ tịch ngày 20 tháng 11 năm 2014",
			"Luật Đấu thầu ngày 23 tháng 6 năm 2023", "Luật Doanh nghiệp ngày 17 tháng 6 năm 2020", "Luật Khiếu nại ngày 11 tháng 11 năm 2011",
			"Luật Quy hoạch ngày 24 tháng 11 năm 2017", "Luật Cư trú ngày 13 tháng 11 năm 2020", "Luật Phòng cháy và chữa cháy ngày 29 tháng 6 năm 2001",
			"Luật Thủy lợi ngày 19 tháng 6 năm 2017", "Luật Lưu trữ ngày 21 tháng 6 năm 2024", "Luật Giáo dục ngày 14 tháng 6 năm 2019",
		},
		"decree": {
			"Nghị định số 61/2018/NĐ-CP ngày 23 tháng 4 năm 2018 của Chính phủ về thực hiện cơ chế một cửa, một cửa liên thông trong giải quyết thủ tục hành chính",
			"Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư",
			"Nghị định số 45/2020/NĐ-CP ngày 08 tháng 4 năm 2020 của Chính phủ về thực hiện thủ tục hành chính trên môi trường điện tử",
			"Nghị định số 15/2021/NĐ-CP ngày 03 tháng 3 năm 2021 của Chính phủ quy định chi tiết một số nội dung về quản lý dự án đầu tư xây dựng",
			"Nghị định số 107/2021/NĐ-CP ngày 06 tháng 12 năm 2021 của Chính phủ sửa đổi, bổ sung một số điều của Nghị định số 61/2018/NĐ-CP",
			"Thông tư số 01/2023/TT-VPCP ngày 05 tháng 4 năm 2023 của Văn phòng Chính phủ về số hóa hồ sơ, giấy tờ, kết quả giải quyết thủ tục hành chính",
			"Nghị định số 10/2021/NĐ-CP ngày 09 tháng 02 năm 2021 của Chính phủ về quản lý chi phí đầu tư xây dựng",
			"Nghị định số 114/2021/NĐ-CP ngày 16 tháng 12 năm 2021 của Chính phủ về quản lý và sử dụng vốn hỗ trợ phát triển chính thức",
		},
		"ground": {
			"{law}", "{law}", "{decree}",
			"Quyết định số {3-3800}/QĐ-UBND ngày {date} của {coquan} về việc {action}",
			"Kế hoạch số {3-380}/KH-UBND ngày {date} của {coquan} về {topic} giai đoạn 2021 - 2025",
			"Nghị quyết số {12-180}/NQ-HĐND ngày {date} của Hội đồng nhân dân {tinh} về {topic} trên địa bàn {tinh}",
		},
		"department": {
			"Sở Tài chính", "Sở Xây dựng", "Sở Nội vụ", "Sở Tư pháp", "Sở Y tế", "Sở Công Thương", "Sở Giáo dục và Đào tạo",
			"Sở Khoa học và Công nghệ", "Sở Nông nghiệp và Môi trường", "Sở Văn hóa, Thể thao và Du lịch", "Thanh tra {tinh}",
			"Công an {tinh}", "Bộ Chỉ huy quân sự {tinh}", "Văn phòng Ủy ban nhân dân {tinh}", "Ban Quản lý khu kinh tế {tinh}",
			"Trung tâm Phục vụ hành chính công {tinh}", "Kho bạc Nhà nước khu vực", "Bảo hiểm xã hội {tinh}",
		},
		"office": {
			"Phòng Tài chính - Kế hoạch", "Phòng Kinh tế và Hạ tầng", "Phòng Nội vụ", "Phòng Tư pháp", "Phòng Văn hóa và Thông tin",
			"Phòng Tài nguyên và Môi trường", "Phòng Giáo dục và Đào tạo", "Thanh tra huyện", "Trung tâm Phát triển quỹ đất",
			"Ban Quản lý dự án đầu tư xây dựng", "Chi nhánh Văn phòng đăng ký đất đai", "Đội Quản lý trật tự đô thị",
		},
		"who": {
			"{department}", "{department}", "{office}", "các sở, ban, ngành", "Thủ trưởng các cơ quan, đơn vị trực thuộc",
			"Ủy ban nhân dân các xã, phường, thị trấn", "các đơn vị sự nghiệp công lập", "chủ đầu tư các dự án", "các doanh nghiệp trên địa bàn",
			"người đứng đầu cơ quan, đơn vị", "cán bộ, công chức được phân công nhiệm vụ", "Mặt trận Tổ quốc Việt Nam và các đoàn thể",
			"Trưởng thôn, tổ trưởng tổ dân phố", "Tổ công tác liên ngành",
		},
		"topic": {
			"cải cách thủ tục hành chính", "chuyển đổi số", "quản lý trật tự xây dựng", "bảo vệ và phát triển rừng", "phòng, chống thiên tai và tìm kiếm cứu nạn",
			"xây dựng nông thôn mới", "giảm nghèo bền vững", "phát triển hạ tầng giao thông nông thôn", "an toàn thực phẩm", "bảo đảm trật tự, an toàn giao thông",
			"giải phóng mặt bằng các dự án trọng điểm", "thu hút đầu tư vào các cụm công nghiệp", "nuôi trồng và khai thác thủy sản", "phòng cháy, chữa cháy tại khu dân cư",
			"thu gom, xử lý chất thải rắn sinh hoạt", "phát triển du lịch cộng đồng", "đào tạo nghề cho lao động nông thôn", "chăm sóc sức khỏe người cao tuổi",
			"số hóa hồ sơ lưu trữ", "cấp giấy chứng nhận quyền sử dụng đất lần đầu", "nâng cao chất lượng giáo dục mầm non", "quản lý tài nguyên nước và khoáng sản",
			"ứng phó với biến đổi khí hậu", "hỗ trợ doanh nghiệp nhỏ và vừa", "phát triển nhà ở xã hội", "chỉnh trang đô thị và cấp nước sạch",
		},
		"project": {
			"tuyến đường từ trung tâm xã {place} đến Quốc lộ", "khu dân cư {place} giai đoạn {2-4}", "Trường Tiểu học số {1-4} {place}", "Trạm Y tế {xa}",
			"hồ chứa nước {place}", "cầu {place} bắc qua sông", "hệ thống thoát nước thải khu đô thị {place}", "cụm công nghiệp {place}",
			"kè chống sạt lở bờ biển đoạn qua {xa}", "chợ trung tâm {xa}", "nhà văn hóa kết hợp phòng tránh thiên tai thôn {place}",
			"kho lưu trữ hồ sơ chuyên dụng", "trạm bơm tiêu úng {place}", "bến cá và khu neo đậu tránh trú bão {place}",
		},
		"action": {
			"phê duyệt Kế hoạch {topic}", "ban hành Quy chế phối hợp về {topic}", "kiện toàn Ban Chỉ đạo {topic}", "phê duyệt báo cáo kinh tế - kỹ thuật công trình {project}",
			"giao chỉ tiêu kế hoạch {topic}", "phân bổ kinh phí thực hiện {topic}", "điều chỉnh thiết kế bản vẽ thi công và dự toán công trình {project}",
			"thành lập Đoàn kiểm tra liên ngành về {topic}", "phê duyệt kết quả lựa chọn nhà thầu công trình {project}", "công bố Danh mục thủ tục hành chính lĩnh vực {field}",
			"phê duyệt phương án bồi thường, hỗ trợ và tái định cư để xây dựng {project}", "phê duyệt nhiệm vụ quy hoạch chi tiết xây dựng {project}",
			"phê duyệt quyết toán vốn đầu tư công trình {project}",
		},
		"field": {
			"đất đai", "hộ tịch", "xây dựng", "đầu tư", "thành lập và hoạt động của hộ kinh doanh", "bảo trợ xã hội", "người có công", "chứng thực",
			"giao thông vận tải", "lao động và tiền lương", "môi trường", "văn hóa cơ sở", "phòng cháy, chữa cháy", "quy hoạch xây dựng, kiến trúc",
		},
		"duty": {
			"chịu trách nhiệm", "chủ trì, phối hợp với {who}", "căn cứ chức năng, nhiệm vụ được giao", "theo dõi, đôn đốc và", "khẩn trương rà soát,", "tăng cường",
			"thường xuyên", "tiếp tục", "nghiêm túc", "chủ động", "phối hợp chặt chẽ với {who}",
		},
		"task": {
			"tổ chức triển khai thực hiện {topic}", "hướng dẫn, kiểm tra việc chấp hành các quy định về {topic}", "bố trí đủ nhân lực, trang thiết bị phục vụ {topic}",
			"thẩm định hồ sơ, dự toán công trình {project}", "tuyên truyền, vận động Nhân dân tham gia {topic}", "tổng hợp, báo cáo kết quả thực hiện {topic}",
			"công khai quy trình, thời hạn giải quyết hồ sơ lĩnh vực {field}", "đẩy nhanh tiến độ thi công và giải ngân vốn công trình {project}",
			"lồng ghép các nguồn vốn để thực hiện {topic}", "xử lý dứt điểm các hồ sơ quá hạn thuộc lĩnh vực {field}", "quản lý, khai thác và bảo trì {project}",
			"cập nhật đầy đủ dữ liệu về {topic} lên hệ thống thông tin dùng chung", "kiểm đếm, lập phương án bồi thường khi xây dựng {project}",
			"đo đạc, chỉnh lý bản đồ địa chính phục vụ {topic}", "giải quyết kiến nghị của cử tri liên quan đến {project}",
			"nâng cao tỷ lệ hồ sơ trực tuyến toàn trình lĩnh vực {field}",
		},
		"aim": {
			", bảo đảm đúng tiến độ, chất lượng và quy định của pháp luật", ", hoàn thành trước ngày {deadline}", ", không để phát sinh nợ đọng trong xây dựng cơ bản",
			", tạo thuận lợi tối đa cho người dân và doanh nghiệp", ", báo cáo {capten} trước ngày {15-25} hằng tháng", "; kịp thời tháo gỡ khó khăn, vướng mắc phát sinh từ cơ sở",
			", góp phần nâng cao hiệu lực, hiệu quả quản lý nhà nước", ", phấn đấu đạt từ {70-98}% kế hoạch trở lên", ", tránh lãng phí, thất thoát ngân sách nhà nước",
			" theo đúng thẩm quyền và phân cấp quản lý", "", "",
		},
		"order": {
			"{who} {duty} {task}{aim}.", "{who} {duty} {task}{aim}.", "{who} {duty} {task}; đồng thời {task}{aim}.",
			"Giao {who} {duty} {task}{aim}.", "Yêu cầu {who} {duty} {task}{aim}.",
			"Trong quá trình thực hiện, nếu có khó khăn, vướng mắc, {who} kịp thời phản ánh về {department} để tổng hợp, báo cáo {capten} xem xét, quyết định.",
			"Kinh phí thực hiện {topic} được bố trí từ nguồn {fund} với tổng số tiền {money} đồng.",
			"Đối với {project}, {who} {duty} {task}{aim}.",
		},
		"fund": {
			"ngân sách {tinh}", "sự nghiệp kinh tế năm {year}", "vốn đầu tư công trung hạn", "xã hội hóa và các nguồn huy động hợp pháp khác", "thu tiền sử dụng đất",
			"dự phòng ngân sách", "Chương trình mục tiêu quốc gia",
		},
		"finding": {
			"Trong {period}, {who} đã {duty} {task}; kết quả đạt {61-99}% kế hoạch, tăng {1-28}% so với cùng kỳ năm trước.",
			"Tổng số hồ sơ lĩnh vực {field} đã tiếp nhận là {120-9800} hồ sơ, trong đó giải quyết trước và đúng hạn {100-119} hồ sơ, quá hạn {1-17} hồ sơ.",
			"Công tác {topic} có nhiều chuyển biến tích cực; {who} đã {duty} {task}{aim}.",
			"Toàn {cap} có {3-60} công trình đang thi công, khối lượng thực hiện đạt {money} đồng, giải ngân {30-97}% kế hoạch vốn.",
			"Tuy nhiên, việc triển khai {topic} ở một số địa phương còn chậm, sự phối hợp giữa các đơn vị có lúc chưa chặt chẽ.",
			"Nguyên nhân chủ yếu do giá nguyên vật liệu tăng, mặt bằng {project} bàn giao chưa đồng bộ và năng lực của một số nhà thầu còn hạn chế.",
			"Qua kiểm tra thực tế {project}, {office} ghi nhận {2-40} trường hợp chưa chấp hành quy định về {topic}.",
			"Đến ngày {date}, có {10-340} hộ gia đình, cá nhân đã đồng thuận với phương án và bàn giao mặt bằng để xây dựng {project}.",
		},
		"period": {"quý {1-3} năm {year}", "6 tháng đầu năm {year}", "tháng {3-12} năm {year}", "giai đoạn 2021 - 2025", "năm {year}", "9 tháng đầu năm {year}"},
		"intro": {
			"Thời gian qua, công tác {topic} trên địa bàn {diaban} đã được các cấp, các ngành quan tâm chỉ đạo và đạt được những kết quả quan trọng. Tuy nhiên, vẫn còn những tồn tại, hạn chế cần sớm khắc phục.",
			"Thực hiện {decree}, để nâng cao hiệu quả công tác {topic}, {coquan} {verbintro} như sau:",
			"Nhằm kịp thời khắc phục những khó khăn trong {topic} và chuẩn bị tốt các điều kiện triển khai {project}, {coquan} {verbintro} một số nội dung sau đây:",
		},
		"notice": {
			"về việc {topic} trên địa bàn {diaban}", "kết luận của Chủ tịch {coquan} tại cuộc họp về {topic}", "về việc niêm yết công khai phương án bồi thường để xây dựng {project}",
			"lịch tiếp công dân định kỳ {period}", "về việc tạm dừng lưu thông để thi công {project}", "kết quả xét tuyển viên chức {period}",
		},
		"abbr":      {"STC", "SXD", "SNV", "STP", "SYT", "SCT", "SGDĐT", "SKHCN", "STNMT", "VP", "TTr"},
		"desk":      {"KT", "NC", "TH", "VP", "QLĐĐ", "CCHC", "HTKT", "NSNN"},
		"commune":   {"xã {place}", "phường {place}", "thị trấn {place}", "xã {place}"},
		"remark":    {"Chuyển tiếp", "Khởi công mới", "", "", "Đã nghiệm thu", ""},
		"verbintro": {"yêu cầu", "đề nghị", "thông báo", "báo cáo"},
		"company": {
			"Công ty TNHH Xây dựng {place}", "Công ty Cổ phần Đầu tư {place}", "Công ty TNHH MTV Thương mại {place}", "Hợp tác xã Nông nghiệp {place}",
			"Doanh nghiệp tư nhân {place}", "Công ty Cổ phần Thủy sản {place}", "Công ty TNHH Tư vấn thiết kế {place}", "Công ty Cổ phần Môi trường đô thị {place}",
		},
		"trade": {
			"Bán lẻ lương thực, thực phẩm trong các cửa hàng chuyên doanh", "Sửa chữa và bảo dưỡng xe máy", "Dịch vụ ăn uống phục vụ lưu động", "Sản xuất đồ gỗ xây dựng",
			"May trang phục", "Vận tải hàng hóa bằng đường bộ", "Bán buôn vật liệu, thiết bị lắp đặt khác trong xây dựng", "Nuôi trồng thủy sản nội địa",
			"Hoạt động tư vấn kỹ thuật có liên quan", "Cho thuê xe có động cơ", "Cắt tóc, làm đầu, gội đầu", "Sản xuất các loại bánh từ bột", "In ấn và dịch vụ liên quan đến in",
			"Trồng rau, đậu các loại và trồng hoa", "Bán lẻ thuốc, dụng cụ y tế, mỹ phẩm", "Dịch vụ lưu trú ngắn ngày", "Lắp đặt hệ thống điện",
		},
		"recipient": {
			"Thường trực Tỉnh ủy", "Thường trực HĐND {cap}", "CT, các PCT UBND {cap}", "Các sở, ban, ngành", "UBND các xã, phường", "{department}", "{department}", "{office}",
			"Cổng Thông tin điện tử {cap}", "VPUB: CVP, các PCVP", "Trung tâm Công báo và Tin học", "Ban Tiếp công dân", "Đài Phát thanh - Truyền hình", "Mặt trận Tổ quốc {cap}",
		},
		"filed": {"Lưu: VT, KTN", "Lưu: VT, NC{10-99}", "Lưu: VT, KGVX", "Lưu: VT, TH{2-90}", "Lưu: VT, CNXD", "Lưu: VT, HS", "Lưu: VT"},
	}
}
